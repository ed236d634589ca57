import ServiceKit
import WireFormat

/// `POST /v1/password-resets`.
struct PasswordResetRequest: WireBody {
    /// As typed; what cannot be an address is an unknown account, not an error.
    let email: Redacted<String>

    init(fields: inout FieldReader) {
        email = Redacted(
            fields.required("email") {
                $0.utf8.count > EmailAddress.mostBytes ? "is too long for an e-mail address" : nil
            })
    }
}

/// `POST /v1/password-resets/confirm`.
struct PasswordResetConfirmation: WireBody {
    let token: Redacted<String>
    let password: Redacted<String>

    init(fields: inout FieldReader) {
        token = Redacted(fields.required("token"))
        password = Redacted(fields.required("password"))
    }
}

extension Problem {
    /// Unknown, used, expired, or replaced by a newer one: one answer.
    static let invalidReset = Problem(
        .unauthorized, "invalid-reset", title: "The link is not accepted",
        detail: "it is unknown, used, expired, or was replaced by a newer one; ask for another")

    /// More wait than are remembered.
    static let resetQueueFull = Problem.unavailable(
        "password-resets-busy", detail: "too many ask for a new password at present", retryAfter: 10)
}
