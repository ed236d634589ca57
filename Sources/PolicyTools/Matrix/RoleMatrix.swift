public import PolicyCore
public import WireFormat

/// Role by action: what a member with exactly one role may do, before any record is looked at.
public struct RoleMatrix: Sendable {
    /// The roles, in the order of the roles file.
    public let roles: [String]
    /// The actions, sorted, by module.
    public let modules: [(name: String, actions: [String])]
    /// The organisation whose overlay is met; nil for the base alone.
    public let tenant: String?
    /// The revision that it was made from.
    public let revision: String
    private let cells: [String: [String: RoleStanding]]

    /// The matrix of a bundle.
    /// - Parameters:
    ///   - tenant: Whose overlay narrows it.
    ///   - module: The one module that is wanted; nil for all.
    public init(_ bundle: PolicyBundle, tenant: String? = nil, module: String? = nil) {
        roles = bundle.roleNames
        self.tenant = tenant
        revision = bundle.revision(for: tenant)
        modules = bundle.moduleNames.filter { module == nil || $0 == module }.map { name in
            (name, bundle.actionNames.filter { $0.hasPrefix(name + ".") })
        }
        var cells: [String: [String: RoleStanding]] = [:]
        for action in modules.flatMap(\.actions) {
            for role in roles {
                cells[action, default: [:]][role] = bundle.standing(of: role, for: action, tenant: tenant)
            }
        }
        self.cells = cells
    }

    /// What a role may do.
    package func standing(of role: String, for action: String) -> RoleStanding {
        cells[action]?[role] ?? .nothing
    }

    /// What stands in a cell: the scope without any condition, and after a comma the widest with one (`*`). `!` says that
    /// a denial may take something away, `+` that an obligation goes with it. Nothing at all is `-`.
    public func cell(_ role: String, _ action: String) -> String {
        let standing = standing(of: role, for: action)
        if standing.isEmpty { return "-" }
        var parts: [String] = []
        if standing.scope > .none { parts.append(standing.scope.description) }
        if let widest = standing.conditional.first { parts.append("\(widest.scope)*") }
        return parts.joined(separator: ",") + (standing.denials.isEmpty ? "" : "!")
            + (standing.obligations.isEmpty ? "" : "+")
    }

    /// What the signs mean, a line each.
    static let legend = [
        "self, sub(direct), sub(any), all: over whom; -: nothing",
        "*: under a condition    !: a denial may take something away    +: an obligation goes with it",
    ]

    /// For scripts: `{"revision", "tenant", "roles", "actions": {action: {role: {"scope", "conditional": [{"rule",
    /// "scope", "demand"}], "denials", "obligations"}}}}`.
    public var wire: JSONValue {
        var actions: [String: JSONValue] = [:]
        for action in modules.flatMap(\.actions) {
            var row: [String: JSONValue] = [:]
            for role in roles {
                let standing = standing(of: role, for: action)
                row[role] = [
                    "scope": .string(standing.scope.description),
                    "conditional": .array(
                        standing.conditional.map {
                            [
                                "rule": .string($0.rule), "scope": .string($0.scope.description),
                                "demand": .string($0.demand),
                            ]
                        }),
                    "denials": JSONValue(standing.denials), "obligations": JSONValue(standing.obligations),
                ]
            }
            actions[action] = .object(row)
        }
        return [
            "revision": .string(revision), "tenant": JSONValue(tenant), "roles": JSONValue(roles),
            "actions": .object(actions),
        ]
    }
}
