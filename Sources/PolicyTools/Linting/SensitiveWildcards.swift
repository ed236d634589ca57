import MarkedYAML
import PolicyCore

/// Grants of `*` that take in more than their author can have thought of.
enum SensitiveWildcards {
    /// What is worth a rule of its own: it cannot be taken back, moves money, decides for others or takes data away.
    private static let sensitiveWords: Set<String> = ["delete", "terminate", "pay", "approve", "export"]

    static func warnings(_ rules: [RuleFacts], in bundle: PolicyBundle, _ places: RulePlaces) -> [LintWarning] {
        rules.compactMap { rule in
            // An overlay only narrows.
            guard rule.rule.kind == .grant, rule.tenant == nil, rule.scope > .none else { return nil }
            let words = places.value("actions", of: rule)?.sequence
            guard let wildcard = words?.first(where: { $0.string?.hasSuffix("*") ?? false }),
                let pattern = wildcard.string
            else { return nil }
            let matched = rule.actions.filter { $0.hasPrefix(pattern.dropLast()) }
            let sensitive = matched.filter { action in
                action.split(separator: "_").contains { sensitiveWords.contains(String($0)) }
            }
            let remedy = "name the actions: `actions: [\(rule.actions.joined(separator: ", "))]`"
            if !sensitive.isEmpty {
                return LintWarning(
                    .sensitiveWildcard, rule, at: wildcard.mark,
                    "`\(pattern)` grants \(RuleReach.listed(sensitive, joined: " and ")) as well", remedy: remedy)
            }
            guard bundle.hasSensitiveClass(type: rule.module) else { return nil }
            return LintWarning(
                .sensitiveWildcard, rule, at: wildcard.mark,
                "`\(pattern)` grants actions of `\(rule.module)`, which has sensitive fields, without naming them",
                remedy: remedy)
        }
    }
}
