import ServiceKit
import WireFormat

/// `POST /v1/sign-in/recovery`.
struct RecoveryRequest: WireBody {
    let challenge: Redacted<String>
    let code: Redacted<String>
    /// Which organisation, when the first step left it open.
    let organisation: UUIDv7?

    init(fields: inout FieldReader) {
        challenge = Redacted(fields.required("challenge"))
        code = Redacted(
            fields.required("recovery_code") {
                RecoveryCode($0) == nil ? "must be \(RecoveryCode.symbols) letters and digits from 2 to 7" : nil
            })
        organisation = fields.optional("organisation")
    }
}

/// New codes, shown once.
struct GeneratedRecoveryCodes: WireEncodable {
    let codes: [RecoveryCode]

    var wire: JSONValue { ["recovery_codes": JSONValue(codes.map(\.text))] }
}

/// Recovery codes: of one's own, and to sign in with.
enum RecoveryCodeRoutes {
    static func routes(_ parts: AuthParts) -> [Route] {
        let commands = RecoveryCodeCommands(parts: parts)
        let signIn = SignInCommands(parts: parts)
        return [
            Route(
                .get, "/v1/recovery-codes", access: .signedIn(because: "everybody has the own factors")
            ) { call in .json(["remaining": .integer(Int64(try await commands.remaining(call.user)))]) },
            Route(
                .post, "/v1/recovery-codes", access: .signedIn(because: "everybody has the own factors")
            ) { call in SignInRoutes.secret(.json(try await commands.generate(call.user, call), status: .created)) },
            Route(
                .post, "/v1/sign-in/recovery", access: .open(because: "the challenge stands in for a token"),
                body: .json(limit: SignInRoutes.bodyLimit)
            ) { call in try await SignInRoutes.signedIn(signIn.recover(call.decode(), call)) },
        ]
    }
}

extension Problem {
    /// Unknown, used, or void.
    static let invalidRecoveryCode = Problem(
        .unauthorized, "invalid-recovery-code", title: "The recovery code is not accepted",
        detail: "it is unknown, was used, or was replaced by newer ones")
}
