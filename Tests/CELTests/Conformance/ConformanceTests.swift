import CEL
import Testing
import WireFormat

@Suite("Conformance with google/cel-spec")
struct ConformanceTests {
    @Test("every file passes as far as it must", arguments: ConformanceSuite.files)
    func file(_ name: String) throws {
        let evaluator = LineEvaluator()
        let cases = try ConformanceSuite.cases(of: name)
        let failures = try cases.compactMap { test in
            try ConformanceSuite.failure(of: test, evaluator).map {
                "\(test.name): \(test.request["expr"]?.string ?? ""): \($0)"
            }
        }
        let allowed = ConformanceSuite.complete.contains(name) ? 0 : cases.count * 3 / 100
        print("conformance \(name): \(cases.count - failures.count) of \(cases.count)")
        for failure in failures { print("  \(failure)") }
        #expect(failures.count <= allowed, "\(failures.joined(separator: "\n"))")
    }

    @Test("says when the suite is not there")
    func presence() {
        if !ConformanceSuite.isPresent {
            print("skipped: no conformance cases in \(ConformanceSuite.folder); set CEL_CONFORMANCE to their folder")
        }
    }
}
