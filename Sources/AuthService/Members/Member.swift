import ServiceKit
import WireFormat

/// An account's, or an invited person's, place in one organisation.
struct Member: Sendable {
    /// Where the membership stands; the words of the table and of the wire.
    enum Status: String, Sendable {
        /// Invited; there is no account yet.
        case invited
        case active
        /// For good: who comes back is invited anew, as another member.
        case ended
    }

    let tenant: TenantID
    let id: UUIDv7
    let account: UUIDv7?
    let sealedEmail: [UInt8]
    let roles: RoleSet
    let employeeID: UUIDv7?
    let status: Status
    /// No token issued before this is valid.
    let notBefore: Instant
    let version: Int64
    let createdAt: Instant

    /// The tag of its present representation.
    var tag: ETag { ETag(version: version) }
}

/// A member as one caller may see it.
struct GatedMember: Sendable {
    let member: Member
    let showsAccount: Bool
    let showsContact: Bool
}
