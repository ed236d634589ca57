import PolicyCore
import PolicyTools
import Testing

@Suite struct MutationTests {
    private func report(_ files: [PolicyFile]) throws -> [(mutation: Mutation, verdict: MutationRun.Verdict)] {
        let bundle = try PolicyBundle.load(files: files)
        let run = try MutationRun(files: files, suites: try PolicySuite.load(files: files, for: bundle))
        return run.mutations.map { ($0, run.judge($0)) }
    }

    private func survivors(_ results: [(mutation: Mutation, verdict: MutationRun.Verdict)]) -> [String: Proposal] {
        var found: [String: Proposal] = [:]
        for (mutation, verdict) in results {
            if case .survived(let proposal) = verdict { found["\(mutation.rule): \(mutation.change)"] = proposal }
        }
        return found
    }

    @Test func survivorsAreNamedWithTheirPlaceAndEquivalentOnesApart() throws {
        let results = try report(try FixturePolicies.files())
        let survivors = survivors(results)
        #expect(survivors["leave/own-approval: dropped"] != nil)
        #expect(survivors["leave/season: `until` removed"] != nil)
        #expect(survivors["leave/private/read[0]: scope self becomes sub(direct)"]?.suite == "tests/leave.yaml")
        #expect(survivors["leave/own: scope self becomes sub(direct)"] == nil)
        var equivalent: Set<String> = []
        for (mutation, verdict) in results {
            if case .equivalent = verdict { equivalent.insert(mutation.rule) }
            if case .unresolved = verdict { Issue.record("unresolved: \(mutation.rule) \(mutation.change)") }
        }
        #expect(equivalent.contains("leave/needless"))
        let text = MutationReport(results).report
        #expect(text.contains("modules/leave.yaml:46:5: drop `leave/own-approval`: dropped: survives; missing"))
        #expect(!MutationReport(results).isComplete)
    }

    @Test func everyProposedCaseHoldsAndKillsItsMutation() throws {
        let files = try FixturePolicies.files()
        let bundle = try PolicyBundle.load(files: files)
        let results = try report(files)
        for (name, proposal) in survivors(results) {
            var text = "tests: proposed\n" + proposal.yaml
            if proposal.suite != nil {
                let suite = try #require(files.last)
                let whole = String(decoding: suite.bytes, as: UTF8.self)
                text = whole + proposal.yaml.split(separator: "\n").dropFirst().joined(separator: "\n")
            }
            let added = PolicyFile(path: "proposed.yaml", text: text)
            let suites = try PolicySuite.load(files: [added], for: bundle)
            #expect(TestRun(suites, on: bundle).failures.isEmpty, "\(name)\n\(proposal.yaml)")
            let run = try MutationRun(files: files, suites: suites)
            for mutation in run.mutations where "\(mutation.rule): \(mutation.change)" == name {
                guard case .killed = run.judge(mutation) else {
                    Issue.record("\(name) survives its own case\n\(proposal.yaml)")
                    continue
                }
            }
        }
    }

    @Test func conditionsAreNegatedAndRemoved() throws {
        let results = try report(try FixturePolicies.files())
        let made = Set(results.map { "\($0.mutation.kind.rawValue) \($0.mutation.rule): \($0.mutation.change)" })
        for expected in [
            "drop leave/own: dropped", "invert leave/nearest: condition negated",
            "widen leave/nearest: condition removed",
            "widen leave/nearest: for `manager` beside `approver`", "widen leave/people: scope sub(any) becomes all",
            "invert derived role approver: condition negated", "drop role manager: does not inherit `employee`",
            "widen leave/season: `from` removed", "drop leave/fresh: dropped", "drop leave/facts/write[0]: dropped",
        ] { #expect(made.contains(expected), "\(expected)") }
    }

    @Test func droppingARuleWithoutAnIDRenamesNoOther() throws {
        let files = try FixturePolicies.files(
            "modules/leave.yaml", replacing: "  - id: own\n    roles", with: "  - roles"
        )
        .map { file in
            let text = String(decoding: file.bytes, as: UTF8.self)
                .replacing("  - id: all\n    roles", with: "  - roles").replacing(
                    "rule: leave/own", with: "rule: \"leave/grant[0]\""
                )
                .replacing("expect: allow", with: "expect: {decision: allow, rule: \"leave/grant[3]\"}")
            return PolicyFile(path: file.path, text: text)
        }
        let results = try report(files)
        for (mutation, verdict) in results where mutation.rule == "leave/grant[0]" && mutation.kind == .drop {
            guard case .killed(_, _, let name) = verdict else {
                Issue.record("not killed")
                continue
            }
            // Not by the case that names `grant[3]`, which is still there.
            #expect(name == "the person sees the own leave")
        }
    }
}
