/// Fields that are read and written under the same rules. A field in no class is denied.
public struct FieldClass: Sendable, Hashable {
    /// The name, unique in its module.
    public let name: String
    /// The fields in it. Empty only for `history`, which stands for a record's earlier states.
    public let fields: [String]
    /// Whether a read of it must be on the record before its response leaves.
    public let isSensitive: Bool

    /// Creates a class.
    public init(name: String, fields: [String], isSensitive: Bool) {
        self.name = name
        self.fields = fields
        self.isSensitive = isSensitive
    }
}

/// Which field classes of one record may be read and written.
public struct FieldAccess: Sendable, Hashable {
    /// The most classes a module may have: one bit each. The largest of ours has ten.
    public static let mostClasses = 64

    /// All classes of the module.
    public let classes: [FieldClass]
    var readable: UInt64 = 0
    var writable: UInt64 = 0

    /// Access to none of the classes.
    public init(classes: [FieldClass]) {
        self.classes = classes
    }

    /// Access to nothing at all.
    public static let none = FieldAccess(classes: [])

    /// Whether a class may be read.
    public func canRead(class name: String) -> Bool { holds(readable) { $0.name == name } }
    /// Whether a class may be written.
    public func canWrite(class name: String) -> Bool { holds(writable) { $0.name == name } }
    /// Whether a field may be read.
    public func canRead(field: String) -> Bool { holds(readable) { $0.fields.contains(field) } }
    /// Whether a field may be written.
    public func canWrite(field: String) -> Bool { holds(writable) { $0.fields.contains(field) } }
    /// The fields that may be read.
    public var readableFields: [String] { fields(of: readable) }
    /// The fields that may be written.
    public var writableFields: [String] { fields(of: writable) }

    private func holds(_ mask: UInt64, _ isMeant: (FieldClass) -> Bool) -> Bool {
        guard let index = classes.firstIndex(where: isMeant) else { return false }
        return mask & (1 << UInt64(index)) != 0
    }

    private func fields(of mask: UInt64) -> [String] {
        classes.indices.flatMap { mask & (1 << UInt64($0)) != 0 ? classes[$0].fields : [] }
    }
}
