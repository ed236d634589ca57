import WireFormat

/// A device on which somebody signed in to an account all the way.
struct KnownDevice: Sendable, Hashable {
    /// How long after its last sign-in it stays known: half a year, so that one left in a drawer is forgotten.
    static let lifetime: Duration = .seconds(180 * 86_400)
    /// Devices of one account; the one used longest ago makes room.
    static let mostOfAccount = 20

    let id: UUIDv7
    let account: UUIDv7
}
