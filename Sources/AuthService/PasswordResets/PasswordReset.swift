import WireFormat

/// A link by which somebody may set a new password.
struct PasswordReset: Sendable {
    /// Long enough to open one's mail, short enough that an old mailbox holds nothing of use.
    static let lifetime: Duration = .seconds(1800)

    let id: UUIDv7
    let account: UUIDv7
    /// The account's address, still sealed.
    let sealedEmail: [UInt8]
}
