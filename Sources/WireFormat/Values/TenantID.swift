/// A tenant: an organisation by its UUIDv7, or the reserved `system` for what belongs to no organisation.
public struct TenantID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// What stands in tokens, columns and settings.
    public let text: String

    /// The tenant of an organisation.
    public init(_ organisation: UUIDv7) { text = organisation.text }

    /// Reads a canonical UUIDv7 or `system`; nil for anything else.
    public init?(_ text: String) {
        guard text == Self.system.text || UUIDv7(text) != nil else { return nil }
        self.text = text
    }

    private init(reserved: String) { text = reserved }

    /// Events, keys and accounts that belong to no organisation.
    public static let system = TenantID(reserved: "system")

    public var description: String { text }

    public static func < (left: TenantID, right: TenantID) -> Bool { left.text < right.text }
}
