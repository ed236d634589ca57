/// A set of policies, checked and compiled: immutable, and safe to use from anywhere.
///
/// The same bundle, engine version and input give the same answer, for ever.
public struct PolicyBundle: Sendable {
    /// SHA-256 of the canonical content in lower-case hex: equal on every machine, whatever the files are called and
    /// however they are formatted.
    public var revision: String { tables.revision }
    /// Whether every entity belongs to one tenant, so that none need name it.
    public var isSingleTenant: Bool { tables.isSingleTenant }

    /// All there is: a bundle is one reference, because deciding passes it from hand to hand.
    private let tables: Tables

    var roles: RoleTable { tables.roles }
    var modules: [String: CompiledModule] { tables.modules }
    var actions: TextIndex<ActionEntry> { tables.actions }
    var overlays: TextIndex<TenantOverlay> { tables.overlays }
    /// The same rules flattened, for checks.
    var table: DecisionTable { tables.table }
    var roleDeclarations: [RoleDeclaration] { tables.roleDeclarations }
    /// The attributes that some condition or scope looks at, of any module.
    var attributesRead: TextIndex<Bool> { tables.attributesRead }

    init(
        revision: String, isSingleTenant: Bool, roles: RoleTable, modules: [String: CompiledModule],
        actions: TextIndex<ActionEntry>, overlays: TextIndex<TenantOverlay>, table: DecisionTable,
        roleDeclarations: [RoleDeclaration], attributesRead: TextIndex<Bool>
    ) {
        tables = Tables(
            revision: revision, isSingleTenant: isSingleTenant, roles: roles, modules: modules, actions: actions,
            overlays: overlays, table: table, roleDeclarations: roleDeclarations, attributesRead: attributesRead)
    }

    private final class Tables: Sendable {
        let revision: String
        let isSingleTenant: Bool
        let roles: RoleTable
        let modules: [String: CompiledModule]
        let actions: TextIndex<ActionEntry>
        let overlays: TextIndex<TenantOverlay>
        let table: DecisionTable
        let roleDeclarations: [RoleDeclaration]
        let attributesRead: TextIndex<Bool>

        init(
            revision: String, isSingleTenant: Bool, roles: RoleTable, modules: [String: CompiledModule],
            actions: TextIndex<ActionEntry>, overlays: TextIndex<TenantOverlay>, table: DecisionTable,
            roleDeclarations: [RoleDeclaration], attributesRead: TextIndex<Bool>
        ) {
            self.revision = revision
            self.isSingleTenant = isSingleTenant
            self.roles = roles
            self.modules = modules
            self.actions = actions
            self.overlays = overlays
            self.table = table
            self.roleDeclarations = roleDeclarations
            self.attributesRead = attributesRead
        }
    }

    /// Where an action is. A class, so that finding one costs one reference.
    final class ActionEntry: Sendable {
        /// `module.action`.
        let name: String
        let module: CompiledModule
        let action: CompiledAction
        /// Its number among all actions, by which overlays have their regions.
        let number: Int
        /// The place of the base's region in the table.
        let region: Int

        init(name: String, module: CompiledModule, action: CompiledAction, number: Int, region: Int) {
            self.name = name
            self.module = module
            self.action = action
            self.number = number
            self.region = region
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
