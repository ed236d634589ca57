public import Logging
public import ServiceKit
import WireFormat

/// AuthService's keys and revocations by signed internal calls: an answer that does not verify is no answer.
public struct RemoteIdentitySource: IdentitySource {
    private let keysClient: ServiceClient
    private let feedClient: ServiceClient

    /// Fetching keys stands in the way of a request with an unknown `kid`; a healthy AuthService takes milliseconds.
    static let keysDeadline: Duration = .seconds(2)
    /// What a poll may take beyond its wait.
    static let pollMargin: Duration = .seconds(2)

    /// A source that asks AuthService at `baseURL`. The feed has a client of its own: its long polls would keep the
    /// circuit breaker of a shared one half open.
    public init(keys: ServiceKeys, baseURL: String, transport: ServiceTransport, logger: Logger) {
        keysClient = ServiceClient(keys: keys, callee: .auth, baseURL: baseURL, transport: transport, logger: logger)
        feedClient = ServiceClient(keys: keys, callee: .auth, baseURL: baseURL, transport: transport, logger: logger)
    }

    /// What went wrong with an answer that could be believed.
    struct Unusable: Error, CustomStringConvertible {
        let description: String
    }

    /// Fetches the key set.
    public func signingKeys() async throws -> SigningKeySet {
        let reply = try await keysClient.send(
            .get, "/internal/v1/jwks", requestID: .generate(), retry: .idempotent, deadline: Self.keysDeadline)
        guard reply.status == .ok else { throw Unusable(description: "status \(reply.status.code) for the key set") }
        return try SigningKeySet(wire: try reply.json())
    }

    /// Polls the feed.
    public func revocations(after position: Int64, wait: Duration) async throws -> RevocationPage {
        let seconds = wait.components.seconds
        let reply = try await feedClient.send(
            .get, "/internal/v1/revocations?after=\(position)&wait=\(seconds)", requestID: .generate(), retry: .never,
            deadline: wait + Self.pollMargin)
        guard reply.status == .ok else { throw Unusable(description: "status \(reply.status.code) for the feed") }
        return try RevocationPage.decode(from: try reply.json())
    }
}
