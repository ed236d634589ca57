import Foundation
import PolicyCore
import PolicyTools
import Testing

/// Every recipe of `docs/policy/cookbook` is a policy that loads without a finding and keeps what its suite says.
@Suite struct CookbookTests {
    private static let folder = URL(filePath: #filePath).appending(path: "../../../../docs/policy/cookbook")
        .standardized

    static let recipes: [String] =
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { !$0.hasPrefix(".") }.sorted()

    @Test func thereAreTwelve() {
        #expect(Self.recipes.count == 12)
    }

    @Test(arguments: recipes)
    func aRecipeHolds(_ recipe: String) throws {
        let directory = Self.folder.appending(path: recipe)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).filter { $0.hasSuffix(".yaml") }
        let files = try names.map { name in
            PolicyFile(path: name, bytes: Array(try Data(contentsOf: directory.appending(path: name))))
        }
        let bundle = try PolicyBundle.load(files: files)
        #expect(bundle.lint().map(\.description) == [])
        let run = TestRun(try PolicySuite.load(files: files, for: bundle), on: bundle)
        #expect(run.failures.isEmpty && run.isComplete, "\(run.report)")
    }
}
