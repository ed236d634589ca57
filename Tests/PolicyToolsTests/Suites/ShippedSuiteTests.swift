import Foundation
import PolicyCore
import PolicyTools
import Testing

/// The shipped policies keep what their own suites say, and every rule of theirs is decided in some case.
@Suite struct ShippedSuiteTests {
    static func files() throws -> [PolicyFile] {
        let root = URL(filePath: #filePath).appending(path: "../../../../policies").standardized
        guard let names = FileManager.default.enumerator(atPath: root.path) else { return [] }
        var files: [PolicyFile] = []
        for case let name as String in names where name.hasSuffix(".yaml") {
            files.append(PolicyFile(path: name, bytes: Array(try Data(contentsOf: root.appending(path: name)))))
        }
        return files
    }

    @Test func everyCaseHoldsAndEveryRuleIsReached() throws {
        let files = try Self.files()
        let bundle = try PolicyBundle.load(files: files)
        let run = TestRun(try PolicySuite.load(files: files, for: bundle), on: bundle)
        #expect(run.failures.isEmpty, "\(run.report)")
        #expect(run.isComplete, "\(run.report)")
    }

    @Test func lintFindsNothing() throws {
        #expect(try PolicyBundle.load(files: Self.files()).lint().map(\.description) == [])
    }
}
