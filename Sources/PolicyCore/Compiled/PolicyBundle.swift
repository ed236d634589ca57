/// A set of policies, checked and compiled: immutable, and safe to use from anywhere.
///
/// The same bundle, engine version and input give the same answer, for ever.
public struct PolicyBundle: Sendable {
    /// SHA-256 of the canonical content in lower-case hex: equal on every machine, whatever the files are called and
    /// however they are formatted.
    public let revision: String
    /// Whether every entity belongs to one tenant, so that none need name it.
    public let isSingleTenant: Bool

    let roles: RoleTable
    let modules: [String: CompiledModule]
    let actions: TextIndex<ActionEntry>
    let overlays: TextIndex<TenantOverlay>
    let roleDeclarations: [RoleDeclaration]

    /// Where an action is. A class, so that finding one costs one reference.
    final class ActionEntry: Sendable {
        let module: CompiledModule
        let action: CompiledAction

        init(module: CompiledModule, action: CompiledAction) {
            self.module = module
            self.action = action
        }
    }

    /// The revision that decides for a tenant: it covers the base and the tenant's overlay.
    public func revision(for tenant: String?) -> String {
        guard overlays.count > 0, let tenant else { return revision }
        return overlays[tenant]?.revision ?? revision
    }

    /// The version of language and evaluator; together with the revision it fixes every answer.
    public static let engineVersion = "2"

    /// The services that can own a module; `caller` is the one enforcement point of a sidecar.
    public static let owners: [String] = ["hr", "auth", "audit", "policy", "caller"]

    /// The names of the modules, sorted.
    public var moduleNames: [String] { modules.keys.sorted() }
    /// The names of the roles, in the order of the roles file.
    public var roleNames: [String] { roles.names }
    /// Every action as `module.action`, sorted.
    public var actionNames: [String] { actions.keys.sorted() }

    /// The service that may state the facts of this type; nil for a type that the bundle does not know.
    public func owner(ofType type: String) -> String? { modules[type]?.owner }

    /// Whether a plan may be asked for this action (`module.action`).
    public func isListable(action: String) -> Bool { actions[action]?.action.isListable ?? false }
}

/// What one organisation narrows.
final class TenantOverlay: Sendable {
    let revision: String
    let path: String
    /// By action, `module.action`.
    let actions: TextIndex<ActionRules>

    init(revision: String, path: String, actions: TextIndex<ActionRules>) {
        self.revision = revision
        self.path = path
        self.actions = actions
    }
}
