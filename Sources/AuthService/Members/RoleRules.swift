import ServiceKit

/// What a change of roles may do, whatever a policy says. Pure.
enum RoleRules {
    /// Roles that reach everybody's data or everybody's account: nobody gives them who does not hold them, or a second
    /// membership of one's own would be the way to more.
    private static let guarded: Set<Role> = [.owner, .admin, .hrLead]

    /// - Parameters:
    ///   - actor: the roles of the one who changes.
    ///   - isSelf: whether it is the actor's own membership.
    static func judge(
        from present: RoleSet, to wanted: RoleSet, actor: [Role], isSelf: Bool
    ) throws(Problem) {
        let added = wanted.roles.filter { !present.contains($0) }
        if isSelf, !added.isEmpty { throw .ownRoles }
        if present.contains(.owner) != wanted.contains(.owner), !actor.contains(.owner) { throw .ownerOnly }
        let held = Set(actor).union(actor.contains(.owner) ? guarded : [])
        guard guarded.intersection(added).isSubset(of: held) else { throw .roleNotHeld }
    }
}
