import PolicyCore
import WireFormat

/// Grants of an overlay for what the base never gives: an overlay only narrows, so they do nothing.
enum OverlayReach {
    /// A warning with a request that the overlay's grant covers, and that is denied all the same.
    static func warning(of rule: RuleFacts, in bundle: PolicyBundle) -> LintWarning? {
        guard let tenant = rule.tenant, rule.rule.kind == .grant, rule.scope > .none else { return nil }
        for action in rule.actions {
            let name = "\(rule.module).\(action)"
            let holders = (rule.capped[action] ?? rule.holders).sorted()
            guard let role = rule.roles.first ?? holders.first else { continue }
            let roles = RuleReach.listed(rule.roles + rule.derivedRoles, joined: " or ")
            if holders.allSatisfy({ bundle.standing(of: $0, for: name)?.isEmpty ?? true }) {
                return LintWarning(
                    .neverGiven, rule, "`\(rule.rule.id)` gives `\(name)` to \(roles), and the base never does",
                    remedy: "an overlay only narrows: grant it in the module's file, or remove it here",
                    request: MadeUpRequest.request(for: rule, role: role, action: name, tenant: tenant, in: bundle))
            }
            guard let facts = bundle.factsBeyondBase(rule, action: name) else { continue }
            return LintWarning(
                .neverGiven, rule,
                "`\(rule.rule.id)` gives `\(name)` to \(roles) where the conditions of the base never do",
                remedy: "an overlay only narrows: give it a condition that the base's grants leave room for",
                request: MadeUpRequest.request(
                    for: rule, role: role, action: name, tenant: tenant, in: bundle, attributes: facts.attributes,
                    time: facts.time))
        }
        return nil
    }
}
