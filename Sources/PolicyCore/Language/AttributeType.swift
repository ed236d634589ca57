import MarkedYAML

/// What an attribute holds.
enum AttributeType: Sendable, Hashable {
    case string, integer, boolean, day, instant, uuid
    /// The id of an employee.
    case employee
    /// The id of a member.
    case member
    case enumeration([String])

    /// The names that a schema may use, `enum` apart.
    static let names: [String: AttributeType] = [
        "string": .string, "integer": .integer, "boolean": .boolean, "day": .day, "instant": .instant,
        "uuid": .uuid, "employee": .employee, "member": .member,
    ]

    /// The names, sorted.
    static let words = names.keys.sorted()

    /// The name in schemas.
    var name: String {
        if case .enumeration = self { return "enum" }
        return Self.names.first { $0.value == self }?.key ?? "string"
    }
}

/// An attribute of a module's schema.
struct AttributeDeclaration: Sendable, Hashable {
    let name: String
    let mark: Mark
    let type: AttributeType
    /// Kept under a person's key: usable in checks, refused in plans.
    let isSealed: Bool
}
