import Foundation
import Subprocess
import SystemPackage
import Testing

/// The tutorial is what happens: every command of `docs/policy/tutorial.md` runs in order, with every edit that the
/// text asks for, and prints what the text says.
@Suite("the policy tutorial")
struct TutorialTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    private static let module = "tour/policies/modules/leave.yaml"
    private static let suite = "tour/policies/tests/leave.yaml"

    /// A fenced block.
    private struct Block {
        let language: String
        let lines: [String]

        var text: String { lines.joined(separator: "\n") }

        /// Each `$ command` with what it prints.
        var commands: [(command: String, output: [String])] {
            var found: [(command: String, output: [String])] = []
            for line in lines {
                if line.hasPrefix("$ ") {
                    found.append((String(line.dropFirst(2)), []))
                } else if !found.isEmpty {
                    found[found.count - 1].output.append(line)
                }
            }
            return found
        }
    }

    private static func blocks() throws -> [Block] {
        let text = try String(contentsOfFile: root + "/docs/policy/tutorial.md", encoding: .utf8)
        var blocks: [Block] = []
        for (index, part) in text.components(separatedBy: "```").enumerated() where index % 2 == 1 {
            let lines = part.components(separatedBy: "\n")
            blocks.append(Block(language: lines[0], lines: Array(lines.dropFirst().dropLast())))
        }
        return blocks
    }

    /// The copy of the policies that the reader works on.
    private struct Desk {
        let place: String

        func edit(_ file: String, _ body: (inout [String]) throws -> Void) throws {
            let path = place + "/" + file
            var lines = try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "\n")
            try body(&lines)
            try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
        }

        /// "Below `key` add": rules and cases with an empty line after them, as the files have it.
        func add(_ block: Block, below key: String, in file: String) throws {
            try edit(file) { lines in
                let place = try #require(lines.firstIndex(of: key))
                lines.insert(contentsOf: block.lines + (key == "resources:" ? [] : [""]), at: place + 1)
            }
        }

        /// Puts a block where one line is.
        func replace(_ line: String, with block: Block, in file: String) throws {
            try edit(file) { lines in
                let place = try #require(lines.firstIndex { $0.hasPrefix(line) }, "no line `\(line)` in \(file)")
                lines.replaceSubrange(place...place, with: block.lines)
            }
        }

        func swap(_ old: String, _ new: String, line: Int, in file: String) throws {
            try edit(file) { lines in
                #expect(lines[line - 1].contains(old), "line \(line) of \(file) is `\(lines[line - 1])`")
                lines[line - 1] = lines[line - 1].replacing(old, with: new)
            }
        }
    }

    private func shell(_ command: String, in place: String) async throws -> [String] {
        let path = ProcessInfo.processInfo.environment["PATH", default: "/usr/bin:/bin"]
        let result = try await Subprocess.run(
            .path("/bin/bash"), arguments: ["-c", "exec 2>&1; \(command)"],
            environment: .inherit.updating(["PATH": Self.root + "/.build/debug:" + path, "NO_COLOR": "1"]),
            workingDirectory: FilePath(place), output: .string(limit: 1 << 20), error: .string(limit: 1 << 10))
        var lines = result.standardOutput.components(separatedBy: "\n")
        if lines.last == "" { lines.removeLast() }
        return lines
    }

    @Test("every command prints what the tutorial says")
    func replay() async throws {
        let place =
            FileManager.default.temporaryDirectory.path + "/bw-tutorial-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: place) }
        try FileManager.default.copyItem(atPath: Self.root + "/policies", toPath: place + "/policies")
        let desk = Desk(place: place)
        var edits = Self.edits[...]
        var commands = 0
        var typo = false
        for block in try Self.blocks() {
            if block.language == "yaml" {
                let edit = try #require(edits.first, "the tutorial has an edit more than this test")
                edits.removeFirst()
                try edit(desk, block)
                continue
            }
            if block.commands.isEmpty {
                #expect(try await shell(block.text, in: place) == [])
                continue
            }
            for (command, output) in block.commands {
                commands += 1
                // "Change `roles: [manager]` to `roles: [manger]` somewhere", and "put the `a` back".
                if commands == 2 { try desk.swap("[manager]", "[manger]", line: Self.typoLine, in: Self.module) }
                let printed = try await shell(command, in: place + "/tour")
                if commands == 2 {
                    try desk.swap("[manger]", "[manager]", line: Self.typoLine, in: Self.module)
                    typo = true
                }
                #expect(
                    printed.map(Self.trimmed) == output.map(Self.trimmed),
                    "`\(command)` printed:\n\(printed.joined(separator: "\n"))")
            }
        }
        #expect(typo && edits.isEmpty && commands == 14)
    }

    /// Where the typing error goes.
    private static let typoLine = 72

    /// Editors take blanks at the end of a line away.
    private static func trimmed(_ line: String) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }

    /// What the text says to do with each block of YAML.
    private static let edits: [@Sendable (Desk, Block) throws -> Void] = [
        { desk, block in try desk.add(block, below: "grants:", in: module) },
        { desk, block in try desk.replace("      ada: deny", with: block, in: suite) },
        { desk, block in try desk.add(block, below: "denials:", in: module) },
        { desk, block in try desk.replace(#"    when: resource.kind == "sick""#, with: block, in: module) },
        { desk, block in
            try desk.edit(suite) { lines in
                let record = try #require(lines.firstIndex(of: "  requested:"))
                let place = try #require(lines[record...].firstIndex { $0.contains("attributes: {") })
                lines[place] = lines[place].replacing("attributes: {", with: "attributes: {kind: annual, ")
            }
            try desk.add(block, below: "resources:", in: suite)
        },
        { desk, block in try desk.add(block, below: "cases:", in: suite) },
        { desk, block in try desk.add(block, below: "obligations:", in: module) },
        { desk, block in
            try desk.edit(suite) { lines in
                if lines.last == "" { lines.removeLast() }
                lines += [""] + block.lines + [""]
            }
        },
    ]
}
