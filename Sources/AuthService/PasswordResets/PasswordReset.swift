import WireFormat

/// A link by which somebody may set a new password.
struct PasswordReset: Sendable {
    /// The page that its link leads to.
    static let page = "reset-password"

    let id: UUIDv7
    let account: UUIDv7
    /// The account's address, still sealed.
    let sealedEmail: [UInt8]
}
