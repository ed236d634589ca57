import MarkedYAML
public import PolicyCore
public import WireFormat

/// Checks a set of policy files: every error at once, else what is probably not meant.
public enum PolicyLinter {
    /// Reads and checks files.
    /// - Parameter now: The time by which rules are over; nil to leave that out. There is no clock here.
    public static func lint(_ files: [PolicyFile], now: Instant? = nil) -> LintReport {
        do throws(PolicyLoadErrors) {
            let bundle = try PolicyBundle.load(files: files)
            return LintReport(
                errors: [], warnings: warnings(of: bundle, files, now: now), revision: bundle.revision, files: files)
        } catch {
            return LintReport(errors: error.errors, warnings: [], revision: nil, files: files)
        }
    }

    private static func warnings(of bundle: PolicyBundle, _ files: [PolicyFile], now: Instant?) -> [LintWarning] {
        let rules = bundle.ruleFacts
        let places = RulePlaces(files)
        // Only rules of one module, layer and class can make each other superfluous.
        let groups = Dictionary(grouping: rules) { [$0.module, $0.tenant ?? "", $0.fieldClass ?? ""] }
        var found = bundle.lint().map { LintWarning($0) }
        for rule in rules {
            // What the engine has found at a rule is not told in other words as well.
            let isTold = found.contains { $0.place.path == rule.rule.path && $0.place.mark == rule.rule.mark }
            if isTold { continue }
            let more =
                RuleReach.warnings(
                    of: rule, among: groups[[rule.module, rule.tenant ?? "", rule.fieldClass ?? ""]] ?? [], places)
                + [OverlayReach.warning(of: rule, in: bundle)].compactMap(\.self)
            found += more
            if more.isEmpty, let now, let until = rule.until, until <= now {
                found.append(
                    LintWarning(
                        .expiredRule, rule, at: places.value("until", of: rule)?.mark,
                        "`\(rule.rule.id)` is over since \(until)", remedy: "remove it"))
            }
        }
        found += SensitiveWildcards.warnings(rules, in: bundle, places)
        return found.sorted {
            ($0.place.path, $0.place.mark, $0.place.cause) < ($1.place.path, $1.place.mark, $1.place.cause)
        }
    }
}
