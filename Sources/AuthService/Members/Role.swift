import WireFormat

/// A role that a member can hold. The list is closed: an unknown role is refused, not ignored.
enum Role: String, Sendable, Hashable, CaseIterable {
    case owner
    case admin
    case hrLead = "hr_lead"
    case manager
    case analyst
    case viewer
    case employee

    /// As it stands in tokens, columns and policies.
    var name: String { rawValue }

    /// Reads stored names; nil when one is unknown, so that a damaged row gives no token.
    static func list(_ names: [String]) -> [Role]? {
        let roles = names.compactMap(Role.init(rawValue:))
        return roles.count == names.count ? roles : nil
    }

    /// All names, for messages.
    static let names = allCases.map { "`\($0.name)`" }.joined(separator: ", ")
}

/// The roles of one member: at least one, none twice, in the order of the list.
struct RoleSet: Sendable, Hashable, WireValue, WireEncodable {
    let roles: [Role]

    init(_ roles: some Sequence<Role>) {
        let held = Set(roles)
        self.roles = Role.allCases.filter(held.contains)
    }

    static var placeholder: RoleSet { RoleSet([.employee]) }

    init(wire: JSONValue) throws(WireValueError) {
        guard case .array(let entries) = wire else { throw WireValueError("must be an array of roles") }
        guard !entries.isEmpty else { throw WireValueError("must have at least one role") }
        guard entries.count <= Role.allCases.count else { throw WireValueError("has more roles than there are") }
        var roles: [Role] = []
        for (index, entry) in entries.enumerated() {
            guard let role = entry.string.flatMap(Role.init(rawValue:)) else {
                throw WireValueError("must be one of \(Role.names)", at: "/\(index)")
            }
            guard !roles.contains(role) else { throw WireValueError("is there twice", at: "/\(index)") }
            roles.append(role)
        }
        self.init(roles)
    }

    var wire: JSONValue { .array(roles.map { .string($0.name) }) }
    var names: [String] { roles.map(\.name) }

    /// As policies compare it: the names in the order of the list, with a space between two. `MemberGate` has the same
    /// of the column, which is written in that order.
    var fact: JSONValue { .string(names.joined(separator: " ")) }

    func contains(_ role: Role) -> Bool { roles.contains(role) }
}
