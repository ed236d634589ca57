import MarkedYAML
import PolicyCore

/// Rules that never take effect, compared with the others of their file.
enum RuleReach {
    /// - Parameter all: the rules of its module, layer and field class.
    static func warnings(of rule: RuleFacts, among all: [RuleFacts], _ places: RulePlaces) -> [LintWarning] {
        if let constant = rule.constant { return [self.constant(rule, constant, places)] }
        let others = all.filter { $0.rule != rule.rule }
        let found =
            switch rule.rule.kind {
            case .grant:
                ceiling(rule) ?? beaten(rule, by: others) ?? covered(rule, by: others) ?? shared(rule, by: others)
            case .denial: covered(rule, by: others) ?? shared(rule, by: others)
            case .read, .write:
                rule.scope == .none ? nothing(rule) : covered(rule, by: others) ?? shared(rule, by: others)
            case .obligation: Optional<LintWarning>.none
            }
        return [found].compactMap(\.self)
    }

    private static func constant(_ rule: RuleFacts, _ truth: Bool, _ places: RulePlaces) -> LintWarning {
        let condition = rule.condition ?? ""
        let mark = places.value("when", of: rule)?.mark
        if truth {
            return LintWarning(
                .constantCondition, rule, at: mark, "condition `\(condition)` of `\(rule.rule.id)` is always true",
                remedy: "leave `when` out, or name a fact in it")
        }
        return LintWarning(
            .unreachableRule, rule, at: mark, "condition `\(condition)` of `\(rule.rule.id)` is never true",
            remedy: "remove the rule, or name a fact in its condition")
    }

    private static func nothing(_ rule: RuleFacts) -> LintWarning {
        LintWarning(
            .unreachableRule, rule, "`\(rule.rule.id)` has scope `none` and opens nothing",
            remedy: "remove it, or give it another scope")
    }

    /// A grant of which the ceilings of all its roles leave nothing.
    private static func ceiling(_ rule: RuleFacts) -> LintWarning? {
        guard rule.scope > .none, !rule.holders.isEmpty,
            rule.actions.allSatisfy({ rule.capped[$0]?.isEmpty ?? false })
        else { return nil }
        return LintWarning(
            .unreachableRule, rule,
            "the ceilings of \(listed(rule.roles + rule.derivedRoles)) leave nothing of `\(rule.rule.id)`",
            remedy: "remove it, or raise the ceilings")
    }

    /// A grant each of whose actions is taken away by one denial or another.
    private static func beaten(_ rule: RuleFacts, by others: [RuleFacts]) -> LintWarning? {
        var denials: [String] = []
        for action in rule.actions {
            let denial = others.first {
                $0.rule.kind == .denial && $0.actions.contains(action) && $0.scope >= rule.scope
                    && rule.holders.isSubset(of: $0.holders) && asksNoMore($0, than: rule)
            }
            guard let denial else { return nil }
            if !denials.contains(denial.rule.id) { denials.append(denial.rule.id) }
        }
        if denials.isEmpty { return nil }
        return LintWarning(
            .alwaysDenied, rule,
            "`\(rule.rule.id)` is always beaten by \(denials.count == 1 ? "denial" : "denials") \(listed(denials, joined: " and "))",
            remedy: "remove one of them, or narrow the denial")
    }

    /// A rule that does nothing that another does not do already; of two equal ones the earlier counts.
    private static func covered(_ rule: RuleFacts, by others: [RuleFacts]) -> LintWarning? {
        let wider = others.first { other in
            guard other.rule.kind == rule.rule.kind, other.scope >= rule.scope, asksNoMore(other, than: rule),
                rule.holders.isSubset(of: other.holders), Set(rule.actions).isSubset(of: other.actions),
                // What a ceiling leaves of one need not be what it leaves of the other.
                rule.capped.allSatisfy({ $0.value.isSubset(of: other.capped[$0.key] ?? []) })
            else { return false }
            let isSame =
                other.scope == rule.scope && other.demands == rule.demands && other.holders == rule.holders
                && Set(other.actions) == Set(rule.actions)
            return !isSame || PolicyRule.inReadingOrder(other.rule, rule.rule)
        }
        guard let wider else { return nil }
        return LintWarning(
            .unreachableRule, rule, "`\(rule.rule.id)` \(verb(rule)) nothing that `\(wider.rule.id)` does not",
            remedy: "remove it")
    }

    /// A rule that does nothing that several others do not do together: for each of its roles and actions another one
    /// reaches as far and asks no more. Of two that do the same the earlier counts.
    private static func shared(_ rule: RuleFacts, by others: [RuleFacts]) -> LintWarning? {
        guard rule.derivedRoles.isEmpty, rule.scope > .none else { return nil }
        let able = others.filter { other in
            other.rule.kind == rule.rule.kind && other.derivedRoles.isEmpty && other.scope >= rule.scope
                && asksNoMore(other, than: rule)
                && (other.scope > rule.scope || other.demands.count < rule.demands.count
                    || PolicyRule.inReadingOrder(other.rule, rule.rule))
        }
        var used: [String] = []
        // A line of a field class is for no action in particular.
        for action in rule.actions.isEmpty ? [""] : rule.actions {
            for holder in (rule.capped[action] ?? rule.holders).sorted() {
                let other = able.first { other in
                    (action.isEmpty || other.actions.contains(action))
                        && (other.capped[action] ?? other.holders).contains(holder)
                }
                guard let other else { return nil }
                if !used.contains(other.rule.id) { used.append(other.rule.id) }
            }
        }
        guard used.count > 1 else { return nil }
        return LintWarning(
            .unreachableRule, rule,
            "`\(rule.rule.id)` \(verb(rule)) nothing that \(listed(used, joined: " and ")) together do not",
            remedy: "remove it")
    }

    private static func verb(_ rule: RuleFacts) -> String {
        switch rule.rule.kind {
        case .grant: "allows"
        case .denial: "refuses"
        default: "opens"
        }
    }

    /// Whether whatever satisfies `rule` satisfies `other` too.
    private static func asksNoMore(_ other: RuleFacts, than rule: RuleFacts) -> Bool {
        other.demands.allSatisfy { rule.demands.contains($0) }
    }

    static func listed(_ names: [String], joined: String = ", ") -> String {
        names.map { "`\($0)`" }.joined(separator: joined)
    }
}
