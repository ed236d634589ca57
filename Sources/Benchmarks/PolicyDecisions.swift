import ArgumentParser
import Foundation
import PolicyCore
import WireFormat

/// Decisions by a directory of policies: answers for comparison with the peers, then the times, as one JSON object.
struct PolicyDecisions: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Decide requests by policies, and print how long it took.")

    /// The directory of the policies.
    @Argument var policies: String
    /// AuthZEN requests with their facts, one a line.
    @Argument var requests: String
    /// Where the answers are written, one a line.
    @Option var decisions: String
    /// How long each measurement takes.
    @Option var seconds = 2.0
    /// The one measurement to repeat, for a profiler; the other two are then taken once.
    @Option var only: Measurement?

    /// What is repeated and timed.
    enum Measurement: String, ExpressibleByArgument { case evaluation, json, compile }

    func run() throws {
        let files = try Self.files(in: policies)
        let start = ContinuousClock.now
        let parsed = try ParsedPolicies(files: files)
        let read = ContinuousClock.now
        let bundle = try parsed.compile()
        let compiled = ContinuousClock.now

        let lines = try String(contentsOfFile: requests, encoding: .utf8).split(separator: "\n").map { Array($0.utf8) }
        let decoded = try lines.map { try DecisionRequest(json: $0) }
        let answers = decoded.map { Self.comparable(bundle.check($0), $0).text }
        try answers.joined(separator: "\n").appending("\n").write(
            toFile: decisions, atomically: true, encoding: .utf8)

        let memory = Self.residentMebibytes()
        let evaluation = median(.evaluation) { sink in
            for request in decoded { sink &+= bundle.check(request).isAllowed ? 1 : 0 }
        }
        let json = try median(.json) { sink in
            for line in lines { sink &+= try bundle.answer(json: line).count }
        }
        let compile =
            only == .compile
            ? try median(.compile) { sink in sink &+= try parsed.compile().actionNames.count } / 1000
            : (compiled - read).milliseconds
        let figures: JSONValue = [
            "rules": .integer(Int64(parsed.ruleCount)), "load_ms": .double((compiled - start).milliseconds),
            "compile_ms": .double(compile),
            "evaluation_us": .double(evaluation / Double(lines.count)),
            "json_us": .double(json / Double(lines.count)), "resident_mib": .double(memory),
        ]
        print(figures.text)
    }

    /// The median time of one round over all requests, in microseconds.
    private func median(_ what: Measurement, _ round: (inout Int) throws -> Void) rethrows -> Double {
        var sink = 0
        var times: [Double] = []
        let end = ContinuousClock.now + .seconds(only == nil || only == what ? seconds : 0)
        try round(&sink)
        repeat {
            let before = ContinuousClock.now
            try round(&sink)
            times.append((ContinuousClock.now - before).milliseconds * 1000)
        } while ContinuousClock.now < end
        withExtendedLifetime(sink) {}
        return times.sorted()[times.count / 2]
    }

    /// What the peers' answers are compared with.
    private static func comparable(_ decision: Decision, _ request: DecisionRequest) -> JSONValue {
        func classes(_ isOpen: (String) -> Bool) -> JSONValue {
            JSONValue(decision.fields.classes.map(\.name).filter(isOpen).sorted())
        }
        return [
            "id": JSONValue(request.context.requestID), "decision": .bool(decision.isAllowed),
            "scope": .string(decision.scope.description),
            "fields": [
                "read": classes { decision.fields.canRead(class: $0) },
                "write": classes { decision.fields.canWrite(class: $0) },
            ],
        ]
    }

    private static func files(in directory: String) throws -> [PolicyFile] {
        guard let names = FileManager.default.enumerator(atPath: directory) else {
            throw ValidationError("the directory `\(directory)` cannot be read")
        }
        var files: [PolicyFile] = []
        for case let name as String in names where name.hasSuffix(".yaml") {
            let path = directory + "/" + name
            files.append(PolicyFile(path: path, bytes: Array(try Data(contentsOf: URL(fileURLWithPath: path)))))
        }
        return files
    }

    private static func residentMebibytes() -> Double {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        return (Double(line.split(separator: " ").dropFirst().first ?? "") ?? 0) / 1024
    }
}

extension Duration {
    fileprivate var milliseconds: Double {
        Double(components.seconds) * 1000 + Double(components.attoseconds) / 1e15
    }
}
