import ArgumentParser
import AsyncHTTPClient
import Foundation
import NIOHTTP1
import WireFormat

/// `bailiwick auth simulate`: who could not sign in any more.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Tell who would be locked out by proposed settings.",
        discussion: """
            Reads settings as `PUT /v1/organisation/settings` takes them, asks the running AuthService with the access \
            token of somebody who may change them, and changes nothing. Exit code 0: nobody would be locked out; 2: \
            somebody would; 1: it could not be told.
            """)

    /// Somebody would be locked out.
    private static let somebody = ExitCode(2)
    /// The longest settings that the service takes.
    private static let mostBytes = 16 << 10
    /// A group holds lists, and nothing in them holds more.
    private static let mostDepth = 8
    private static let device = "bailiwick (tool)"

    @OptionGroup var place: KeysCommand.Place

    @Argument(help: "The file of the proposed settings, JSON.")
    var settings: String

    @Option(help: "A file with the access token, or `-` for standard input. Never an argument: those are seen by all.")
    var tokenFile = "-"

    @Option(help: "AuthService's public URL. Default: the installation of the data directory.")
    var url: String?

    @Flag(help: "Print the service's answer as JSON.")
    var json = false

    func run() async throws {
        try await CommandLineReport.failures {
            let proposed = try JSONValue.parse(
                try Self.bytes(of: settings), limits: JSONLimits(bytes: Self.mostBytes, depth: Self.mostDepth))
            let token = String(decoding: try Self.bytes(of: tokenFile), as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            let base = try url ?? Endpoints(reading: place.directory()).publicURL(.auth)
            let answer = try await APIClient(http: .shared, device: Self.device).send(
                .POST, base + "/v1/organisation/settings/simulation", token: token, body: .json(proposed))
            guard answer.status == 200 else { throw CommandFailure(Self.refusal(answer)) }
            let report = answer.json
            print(json ? report.text : Self.table(report))
            if report["locked_out"]?.integer ?? 0 > 0 { throw Self.somebody }
        }
    }

    private static func bytes(of path: String) throws -> [UInt8] {
        if path == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile().prefix(mostBytes)) }
        guard let content = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("cannot read `\(path)`")
        }
        return Array(content)
    }

    /// The problem in a line, and each field that is wrong in one more.
    private static func refusal(_ answer: APIClient.Answer) -> String {
        let errors = answer.json["errors"]?.array ?? []
        let cause = answer.json["detail"]?.string ?? answer.json["title"]?.string ?? "no problem was given"
        let first = "AuthService refused (\(answer.status)): \(cause)"
        return ([first] + errors.map { "  \($0["pointer"]?.string ?? "") \($0["detail"]?.string ?? "")" })
            .joined(separator: "\n")
    }

    /// A line for each member, and one that sums up.
    static func table(_ report: JSONValue) -> String {
        let rows = (report["members"]?.array ?? []).map { member in
            [
                member["email"]?.string ?? member["id"]?.string ?? "",
                (member["roles"]?.array ?? []).compactMap(\.string).joined(separator: " "),
                (member["reasons"]?.array ?? []).compactMap(\.string).joined(separator: " "),
            ]
        }
        let all = rows.isEmpty ? [] : [["MEMBER", "ROLES", "REASONS"]] + rows
        let widths = (0..<3).map { column in all.map { $0[column].count }.max() ?? 0 }
        let lines = all.map { row in
            zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }.joined(separator: "  ")
                .trimmingCharacters(in: .whitespaces)
        }
        let (lockedOut, checked) = (report["locked_out"]?.integer ?? 0, report["checked"]?.integer ?? 0)
        let summary = "\(lockedOut) of \(checked) members would be locked out"
        let rest = report["is_complete"] == false ? ", of whom the first \(rows.count) are named" : ""
        return (lines + [summary + rest]).joined(separator: "\n")
    }
}
