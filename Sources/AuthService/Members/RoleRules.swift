import ServiceKit

/// What a change of roles may do, whatever a policy says. Pure.
enum RoleRules {
    /// - Parameters:
    ///   - actor: the roles of the one who changes.
    ///   - isSelf: whether it is the actor's own membership.
    static func judge(
        from present: RoleSet, to wanted: RoleSet, actor: [Role], isSelf: Bool
    ) throws(Problem) {
        let added = wanted.roles.filter { !present.contains($0) }
        if isSelf, !added.isEmpty { throw .ownRoles }
        if present.contains(.owner) != wanted.contains(.owner), !actor.contains(.owner) { throw .ownerOnly }
    }
}
