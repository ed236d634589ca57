import ServiceKit
import WireFormat

/// `POST /v1/invitations/accept`.
struct AcceptRequest: WireBody {
    let token: Redacted<String>
    /// The new account's password, or the present one of an account that is there already.
    let password: Redacted<String>

    init(fields: inout FieldReader) {
        token = Redacted(fields.required("token"))
        password = Redacted(fields.required("password"))
    }
}

/// `POST /v1/invitations/confirm`.
struct ConfirmRequest: WireBody {
    let enrolment: Redacted<String>
    let code: Redacted<String>

    init(fields: inout FieldReader) {
        enrolment = Redacted(fields.required("enrolment"))
        code = Redacted(fields.required("code") { TOTP.isCode($0) ? nil : "must be \(TOTP.digits) digits" })
    }
}

/// What an accepted invitation answers.
struct StartedEnrolment: WireEncodable {
    let token: OpaqueToken
    let expires: Instant
    /// The new factor; nil when the account has one, whose code confirms.
    let totp: NewFactor?

    /// A secret, shown once.
    struct NewFactor: Sendable {
        let secret: String
        let uri: String
        /// The URI as a QR code, an SVG; nil when the address is too long for one.
        let picture: String?

        /// What an authenticator app shows beside the code.
        static let issuer = "Bailiwick"

        /// A new app of the account with this address.
        init(_ totp: TOTP, email: EmailAddress) {
            secret = totp.base32Secret
            uri = totp.enrolmentURI(issuer: Self.issuer, account: email.reveal())
            picture = QRCode(uri)?.svg
        }
    }

    var wire: JSONValue {
        let factor: JSONValue =
            totp.map {
                ["secret": .string($0.secret), "uri": .string($0.uri), "qr_svg": JSONValue($0.picture)]
            } ?? .null
        return ["enrolment": .string(token.text), "expires_at": expires.wire, "totp": factor]
    }
}

/// Who joined what.
struct ConfirmedEnrolment: WireEncodable {
    let organisation: TenantID
    let member: UUIDv7

    var wire: JSONValue { ["organisation": organisation.wire, "member": member.wire] }
}

/// An invitation as the inviter gets it: that it was sent. The link is in the mail alone.
struct SentInvitation: WireEncodable {
    let expires: Instant

    var wire: JSONValue { ["expires_at": expires.wire] }
}

/// A member who was invited, as the inviter gets it.
struct InvitedMember: WireEncodable {
    let member: Member
    let email: EmailAddress
    let invitation: SentInvitation

    /// Where the member is, and the tag of his present representation.
    var headers: HTTPFields { [.eTag: member.tag.header, .location: "/v1/members/\(member.id)"] }

    /// The member, whole since the inviter stated him, and `invitation`.
    var wire: JSONValue {
        let view = MemberView(GatedMember(member: member, showsAccount: true, showsContact: true), email: email)
        var members = view.wire.object ?? [:]
        members["invitation"] = invitation.wire
        return .object(members)
    }
}

extension Problem {
    /// Unknown, used, expired, voided, or tried too often: one answer.
    static let invalidInvitation = Problem(
        .unauthorized, "invalid-invitation", title: "The invitation is not accepted",
        detail: "it is unknown, used, expired, was replaced by a newer one, or was tried too often")

    static let invalidEnrolment = Problem(
        .unauthorized, "invalid-enrolment", title: "The enrolment has to begin anew",
        detail: "it is unknown, used, expired, or was tried too often; ask for a new invitation")
}
