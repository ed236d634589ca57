import ArgumentParser
import Foundation
import Logging
import ServiceKit
import WireFormat

/// `bailiwick audit list`: the trail of one tenant, a JSON object a line, as AuditService shows it to the operator.
struct AuditListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the events of a tenant, or of `system`, a JSON object a line.",
        discussion: "Asks the running AuditService. Reading is itself an event of the trail that is read.")

    /// The most events of one page (DESIGN §8).
    private static let pageSize = 200
    private static let deadline = Duration.seconds(20)

    @OptionGroup var options: InstallationOptions

    @Option(help: "An organisation's id, or `system`.")
    var tenant: String

    @Option(help: "Events of this actor.")
    var actor: String?

    @Option(help: "Events of this action.")
    var action: String?

    @Option(help: "Everything that one request caused.")
    var requestID: String?

    @Option(help: "Events from this RFC 3339 instant on.")
    var from: String?

    @Option(help: "Events before this RFC 3339 instant.")
    var to: String?

    @Option(help: "`oldest` or `newest` first.")
    var order = "oldest"

    @Option(help: "How many events at most.")
    var limit = 1000

    func validate() throws {
        guard TenantID(tenant) != nil else {
            throw ValidationError("`\(tenant)` is neither an organisation's id nor `system`")
        }
        guard limit > 0 else { throw ValidationError("--limit must be positive") }
    }

    func run() async throws {
        try await CommandLineReport.failures {
            let installation = try Installation(options)
            let keys = try ServiceKeys(
                service: .operator, keyFile: installation.directory.serviceKey(ServiceName.operator.text),
                registryFile: installation.directory.registry, logger: installation.logger)
            let endpoints = Endpoints(ports: installation.ports, processIDs: [:])
            let client = ServiceClient(
                keys: keys, callee: .audit, baseURL: endpoints.internalURL(.audit), transport: ServiceTransport(),
                logger: installation.logger)
            try await list(client)
        }
    }

    private func list(_ client: ServiceClient) async throws {
        var left = limit
        var cursor: String?
        repeat {
            let path = "/internal/v1/tenants/\(tenant)/events?" + query(min(left, Self.pageSize), cursor)
            let reply = try await client.send(
                .get, path, requestID: .generate(), retry: .idempotent, deadline: Self.deadline)
            if let problem = reply.problem {
                throw CommandFailure("AuditService refused: \(problem.detail ?? problem.title)")
            }
            let page = try reply.json()
            let items = page["items"]?.array ?? []
            for item in items { print(String(decoding: item.bytes(), as: UTF8.self)) }
            left -= items.count
            cursor = page["next_cursor"]?.string
        } while cursor != nil && left > 0
    }

    private func query(_ count: Int, _ cursor: String?) -> String {
        let parameters: [(String, String?)] = [
            ("limit", String(count)), ("order", order), ("actor", actor), ("action", action),
            ("request_id", requestID), ("from", from), ("to", to), ("cursor", cursor),
        ]
        return parameters.compactMap { name, value in value.map { "\(name)=\(Self.escaped($0))" } }
            .joined(separator: "&")
    }

    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-._~")))
            ?? ""
    }
}
