import MarkedYAML
public import WireFormat

/// What became of every mutation.
public struct MutationReport: Sendable {
    /// The mutations with their verdicts, in the order of the files.
    public let results: [(mutation: Mutation, verdict: MutationRun.Verdict)]

    /// Gathers results.
    public init(_ results: [(mutation: Mutation, verdict: MutationRun.Verdict)]) { self.results = results }

    /// Whether every mutation is noticed, or proved to change nothing.
    public var isComplete: Bool {
        results.allSatisfy { result in
            switch result.verdict {
            case .survived, .unresolved: false
            case .killed, .refused, .equivalent: true
            }
        }
    }

    /// What a person reads: each survivor with the case that is missing, the equivalent ones, and the sum.
    public var report: String {
        var lines: [String] = []
        for (mutation, verdict) in results {
            let what =
                "\(mutation.path):\(mutation.mark): \(mutation.kind.rawValue) `\(mutation.rule)`: \(mutation.change)"
            switch verdict {
            case .killed, .refused: continue
            case .equivalent(let requests):
                lines.append("\(what): equivalent, \(requests) requests decided alike")
            case .unresolved(let requests):
                lines.append("\(what): survives, and none of \(requests) requests told it apart")
            case .survived(let proposal):
                lines.append("\(what): survives; missing\(proposal.suite.map { " in \($0)" } ?? ""):")
                lines += proposal.yaml.split(separator: "\n").map { "    \($0)" }
            }
        }
        let counts = counts
        lines.append(
            "\(results.count) mutations: \(counts.killed) killed, \(counts.survived) survived, "
                + "\(counts.equivalent) equivalent, \(counts.refused) refused by the loader")
        return lines.joined(separator: "\n")
    }

    /// For scripts: `{"mutations", "killed", "survived", "equivalent", "refused", "survivors": [{"kind", "rule", "change",
    /// "path", "line", "column", "proposal", "suite"}], "equivalents": [{…, "requests"}]}`.
    public var wire: JSONValue {
        let counts = counts
        var survivors: [JSONValue] = []
        var equivalents: [JSONValue] = []
        for (mutation, verdict) in results {
            var members: [String: JSONValue] = [
                "kind": .string(mutation.kind.rawValue), "rule": .string(mutation.rule),
                "change": .string(mutation.change), "path": .string(mutation.path),
                "line": .integer(Int64(mutation.mark.line)), "column": .integer(Int64(mutation.mark.column)),
            ]
            switch verdict {
            case .killed, .refused: continue
            case .equivalent(let requests):
                members["requests"] = .integer(Int64(requests))
                equivalents.append(.object(members))
            case .unresolved(let requests):
                members["proposal"] = .null
                members["requests"] = .integer(Int64(requests))
                survivors.append(.object(members))
            case .survived(let proposal):
                members["proposal"] = .string(proposal.yaml)
                members["suite"] = JSONValue(proposal.suite)
                survivors.append(.object(members))
            }
        }
        return [
            "mutations": .integer(Int64(results.count)), "killed": .integer(Int64(counts.killed)),
            "survived": .integer(Int64(counts.survived)), "equivalent": .integer(Int64(counts.equivalent)),
            "refused": .integer(Int64(counts.refused)), "survivors": .array(survivors),
            "equivalents": .array(equivalents),
        ]
    }

    private var counts: (killed: Int, survived: Int, equivalent: Int, refused: Int) {
        var counts = (killed: 0, survived: 0, equivalent: 0, refused: 0)
        for result in results {
            switch result.verdict {
            case .killed: counts.killed += 1
            case .survived, .unresolved: counts.survived += 1
            case .equivalent: counts.equivalent += 1
            case .refused: counts.refused += 1
            }
        }
        return counts
    }
}
