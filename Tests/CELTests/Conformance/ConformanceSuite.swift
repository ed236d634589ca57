import Foundation
import WireFormat

@testable import CEL

/// The conformance cases, read where they are.
enum ConformanceSuite {
    /// `CEL_CONFORMANCE`, or the folder beside the repository's clone.
    static let folder =
        ProcessInfo.processInfo.environment["CEL_CONFORMANCE"]
        ?? URL(filePath: #filePath).appending(path: "../../../../../shared/conformance/cel").standardized.path

    static let isPresent = FileManager.default.fileExists(atPath: folder + "/basic.jsonl")

    /// Files in which every case must pass.
    static let complete: Set<String> = [
        "basic", "comparisons", "conversions", "fields", "fp_math", "integer_math", "lists", "logic", "macros", "parse",
        "plumbing", "string", "timestamps",
    ]

    static var files: [String] {
        guard isPresent else { return [] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".jsonl") }.map { String($0.dropLast(6)) }.sorted()
    }

    struct Case {
        let name: String
        let request: JSONValue
        let value: JSONValue?
    }

    static func cases(of file: String) throws -> [Case] {
        let text = try String(contentsOfFile: "\(folder)/\(file).jsonl", encoding: .utf8)
        return try text.split(separator: "\n").map { line in
            let json = try JSONValue.parseAllowingNUL(
                String(line), limits: JSONLimits(bytes: LineEvaluator.lineLimit, depth: 400))
            let keys = ["expr", "container", "bindings", "disable_check"]
            let request = (json.object ?? [:]).filter { keys.contains($0.key) }
            return Case(
                name: "\(json["section"]?.string ?? "")/\(json["name"]?.string ?? "")", request: .object(request),
                value: json["value"])
        }
    }

    /// What went wrong with a case; nil when it passed.
    static func failure(of test: Case, _ evaluator: LineEvaluator) throws -> String? {
        let answer = try JSONValue.parseAllowingNUL(
            evaluator.answer(test.request.text), limits: JSONLimits(bytes: LineEvaluator.lineLimit, depth: 400))
        switch (test.value, answer["value"]) {
        case (let wanted?, let got?):
            return areEqual(wanted, got) ? nil : "wanted \(wanted.text), got \(got.text)"
        case (nil, let got?): return "wanted an error, got \(got.text)"
        case (let wanted?, nil): return "wanted \(wanted.text), got the error \(answer["error"]?.string ?? "")"
        case (nil, nil): return nil
        }
    }

    /// Doubles by value, maps in any order, everything else as it is written.
    private static func areEqual(_ wanted: JSONValue, _ got: JSONValue) -> Bool {
        guard wanted["type"] == got["type"] else { return false }
        switch wanted["type"]?.string {
        case "double":
            guard let a = wanted["value"]?.string, let b = got["value"]?.string else { return false }
            return a == b || Double(a) == Double(b)
        case "list":
            let (a, b) = (wanted["values"]?.array ?? [], got["values"]?.array ?? [])
            return a.count == b.count && zip(a, b).allSatisfy(areEqual)
        case "map":
            let (a, b) = (wanted["entries"]?.array ?? [], got["entries"]?.array ?? [])
            return a.count == b.count
                && a.allSatisfy { entry in
                    b.contains { other in zip(entry.array ?? [], other.array ?? []).allSatisfy(areEqual) }
                }
        default: return wanted == got
        }
    }
}
