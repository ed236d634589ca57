import ArgumentParser
import Glibc
import PolicyCore

/// The policies of a directory; when they have errors the command prints them and ends with code 2.
struct LoadedPolicies {
    /// The exit code for policies that do not load, so that a script can tell them from a finding.
    static let errorCode = ExitCode(2)

    let files: [PolicyFile]
    let bundle: PolicyBundle

    init(directory: String) throws {
        files = try PolicyFolder(path: directory).files()
        do throws(PolicyLoadErrors) {
            bundle = try PolicyBundle.load(files: files)
        } catch {
            LineOutput(descriptor: STDERR_FILENO).write("\(error)")
            throw Self.errorCode
        }
    }
}
