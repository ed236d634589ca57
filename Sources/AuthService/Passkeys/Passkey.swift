import WebAuthn
import WireFormat

/// A WebAuthn credential of an account.
struct Passkey: Sendable {
    /// An account's passkeys: a phone, two laptops, keys in drawers; not a table to fill.
    static let mostOfAnAccount = 20
    /// The longest name, in characters.
    static let longestName = 64

    let id: UUIDv7
    let account: UUIDv7
    let credentialID: [UInt8]
    /// COSE.
    let publicKey: [UInt8]
    let signCount: Int64
    let isBackupEligible: Bool
    let isBackedUp: Bool
    let transports: [String]
    let name: String
    let createdAt: Instant
    let lastUsedAt: Instant?

    /// How a sign-in with it is called (RFC 8176): a key that cannot leave its device, or one that can; somebody was
    /// there; and two factors, since the device verified its user.
    var amr: [String] { [isBackupEligible ? "swk" : "hwk", "user", "mfa"] }

    /// What authenticators know an account as: its id, which says nothing about the person.
    static func userHandle(of account: UUIDv7) -> [UInt8] { account.bytes }
}

/// A challenge that was taken: nobody else can take it again.
struct TakenChallenge: Sendable {
    let challenge: [UInt8]
    /// The organisation that the sign-in named.
    let organisation: TenantID?
}
