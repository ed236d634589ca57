import ArgumentParser
import Glibc
import PolicyCore
import PolicyTools
import WireFormat

/// `bailiwick policy matrix`: role by action with scope.
struct PolicyMatrixCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "matrix", abstract: "Show which role may do what, over whom.",
        discussion: """
            Each cell says what a member with exactly that role may do. Exit code 0: printed; 1: something is wrong; 2: \
            the policies have errors.
            """)

    @Argument(help: "The directory of policies.")
    var directory = "policies"

    @Option(help: "Only this module.")
    var module: String?

    @Option(help: "The organisation whose overlay narrows it.")
    var tenant: String?

    @Flag(help: "Print CSV.")
    var csv = false

    @Flag(help: "Print a self-contained HTML page.")
    var html = false

    @Flag(help: "Print a JSON object.")
    var json = false

    func validate() throws {
        if [csv, html, json].filter({ $0 }).count > 1 {
            throw ValidationError("choose one of --csv, --html and --json")
        }
    }

    func run() async throws {
        try await CommandLineReport.failures {
            let bundle = try LoadedPolicies(directory: directory).bundle
            if let module, !bundle.moduleNames.contains(module) {
                throw CommandFailure(
                    "there is no module `\(module)`; known here: \(bundle.moduleNames.joined(separator: ", "))")
            }
            let matrix = RoleMatrix(bundle, tenant: tenant, module: module)
            if csv {
                print(matrix.csv, terminator: "")
            } else if html {
                print(matrix.html, terminator: "")
            } else {
                print(json ? matrix.wire.text : matrix.text)
            }
        }
    }
}
