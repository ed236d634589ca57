import ArgumentParser
import Foundation
import PolicyTools
import WireFormat

/// `bailiwick policy schema`: the JSON Schemas and the reference of policy files, from the grammar that the loader checks
/// them by.
struct PolicySchemaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print or write the JSON Schemas and the reference of policy files.",
        discussion: """
            With a kind prints its schema; without, all of them as one JSON object. `--write DIR` writes one file a \
            kind. An editor takes a schema from a comment in the policy file, such as
              # yaml-language-server: $schema=../schemas/module.schema.json
            Exit code 0: done; 1: something is wrong, or with --check files differ from what would be written.
            """)

    private static let kinds = PolicyFileKind.allCases.map(\.rawValue).joined(separator: ", ")

    @Argument(
        help: "The kind of file: \(PolicySchemaCommand.kinds).",
        transform: { word in
            guard let kind = PolicyFileKind(rawValue: word) else {
                throw ValidationError("`\(word)` is no kind of policy file; known: \(PolicySchemaCommand.kinds)")
            }
            return kind
        })
    var kind: PolicyFileKind?

    @Flag(help: "The reference in Markdown instead.")
    var reference = false

    @Option(help: "Write to this directory; with --reference, to this file.")
    var write: String?

    @Flag(help: "Write nothing; fail when what --write names is not up to date.")
    var check = false

    @Flag(help: "Print a JSON object: with --write what was written.")
    var json = false

    func validate() throws {
        if check && write == nil { throw ValidationError("--check needs --write") }
        if reference && kind != nil { throw ValidationError("--reference is about all kinds of files") }
    }

    func run() async throws {
        try await CommandLineReport.failures {
            guard let write else { return print(printed, terminator: "") }
            var changed: [String] = []
            for (path, text) in files(at: write) where Self.text(of: path) != text {
                changed.append(path)
                if !check { try Self.write(text, to: path) }
            }
            if json {
                let wire: JSONValue = ["changed": JSONValue(changed), "written": .bool(!check)]
                print(wire.text)
            } else {
                for path in changed { print(check ? "\(path) is not up to date" : "\(path) written") }
            }
            if check && !changed.isEmpty { throw ExitCode.failure }
        }
    }

    private var printed: String {
        if reference {
            let text = PolicyReference.markdown
            return json ? JSONValue.object(["reference": .string(text)]).text + "\n" : text
        }
        if let kind { return PolicySchemas.text(of: kind) }
        let schemas = PolicyFileKind.allCases.map { "\"\($0.rawValue)\": \(PolicySchemas.text(of: $0))" }
        return "{\n" + schemas.joined(separator: ",\n") + "}\n"
    }

    private func files(at path: String) -> [(path: String, text: String)] {
        if reference { return [(path, PolicyReference.markdown)] }
        let files =
            kind.map { kind in PolicySchemas.files.filter { $0.name == kind.schemaName } } ?? PolicySchemas.files
        return files.map { ("\(path)/\($0.name)", $0.text) }
    }

    private static func text(of path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func write(_ text: String, to path: String) throws {
        let url = URL(fileURLWithPath: path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url, options: .atomic)
    }
}
