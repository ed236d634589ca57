import WireFormat

/// A person's account: what signs in. It belongs to no organisation.
struct Account: Sendable {
    let id: UUIDv7
    /// bcrypt; nil when nobody signs in with a password.
    let passwordHash: String?
    /// Strangers tried too many wrong passwords in a row. A device that the account knows may go on.
    let lockedUntil: Instant?

    /// Whether it takes no password at `now`.
    func isLocked(at now: Instant) -> Bool { lockedUntil.map { $0 > now } ?? false }
}

/// An organisation that an account may sign in to.
struct Membership: Sendable, Hashable {
    let account: UUIDv7
    let tenant: TenantID
    let member: UUIDv7
}

/// A confirmed TOTP factor, its secret still sealed.
struct TOTPFactor: Sendable {
    let account: UUIDv7
    let sealedSecret: [UInt8]
    /// The time step of the latest code that was used; no code of it or before is good.
    let lastStep: Int64
}
