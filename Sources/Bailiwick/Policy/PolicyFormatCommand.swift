import ArgumentParser
import Foundation
import MarkedYAML
import PolicyCore
import PolicyTools
import WireFormat

/// `bailiwick policy fmt`: lays policy files out in the one form.
struct PolicyFormatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fmt", abstract: "Lay out policy files in one form.",
        discussion: """
            Comments stay, and the meaning does: a file that cannot be formatted without risk is left alone and \
            reported. A path is a file, a directory, or `-` for standard input to standard output. Exit code 0: done, \
            or with --check nothing to do; 1: with --check files that would change; 2: files that cannot be formatted.
            """)

    /// The exit code for files that cannot be formatted.
    private static let refusedCode = ExitCode(2)

    @Argument(help: "Files and directories.")
    var paths = ["policies"]

    @Flag(help: "Change nothing; name the files that would change.")
    var check = false

    @Flag(help: "Print a JSON object.")
    var json = false

    func run() async throws {
        try await CommandLineReport.failures {
            if paths == ["-"] { return try pass() }
            var changed: [String] = []
            var errors: [PlacedError] = []
            for file in try paths.flatMap(Self.files) {
                let result: PolicyFile
                do throws(PlacedError) {
                    result = try PolicyFormatter.format(file)
                } catch {
                    errors.append(error)
                    continue
                }
                if result.bytes == file.bytes { continue }
                changed.append(file.path)
                if !check { try Self.write(result) }
            }
            report(changed, errors)
            if !errors.isEmpty { throw Self.refusedCode }
            if check && !changed.isEmpty { throw ExitCode.failure }
        }
    }

    private func report(_ changed: [String], _ errors: [PlacedError]) {
        if json {
            let wire: JSONValue = [
                "changed": JSONValue(changed), "errors": JSONValue(errors.map(\.description)), "written": .bool(!check),
            ]
            return print(wire.text)
        }
        for path in changed { print(check ? "\(path) would change" : "\(path) formatted") }
        for error in errors { LineOutput(descriptor: STDERR_FILENO).write("\(error)") }
    }

    /// Standard input to standard output, as editors call it.
    private func pass() throws {
        let file = PolicyFile(path: "-", bytes: Array(FileHandle.standardInput.readDataToEndOfFile()))
        let result: PolicyFile
        do throws(PlacedError) {
            result = try PolicyFormatter.format(file)
        } catch {
            LineOutput(descriptor: STDERR_FILENO).write("\(error)")
            throw Self.refusedCode
        }
        if !check { return FileHandle.standardOutput.write(Data(result.bytes)) }
        if result.bytes != file.bytes { throw ExitCode.failure }
    }

    private static func files(_ path: String) throws -> [PolicyFile] {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw CommandFailure("there is no `\(path)`")
        }
        if isDirectory.boolValue { return try PolicyFolder(path: path).files().sorted { $0.path < $1.path } }
        return [PolicyFile(path: path, bytes: Array(try Data(contentsOf: URL(fileURLWithPath: path))))]
    }

    /// Whole or not at all: an engine may be watching.
    private static func write(_ file: PolicyFile) throws {
        try Data(file.bytes).write(to: URL(fileURLWithPath: file.path), options: .atomic)
    }
}
