import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import PolicyClient
import Postgres
@_spi(Authenticated) import ServiceKit
import TestSupport
import WireFormat

@testable import PolicyEngine

/// One key pair serves all tests: making one takes a good part of a second.
let issuer = TokenIssuer(issuer: "https://auth.test")

/// PolicyEngine on a database of its own, with a copy of the repository's policies, beside a listener that publishes
/// keys and an empty revocation feed with AuthService's own service key.
struct RunningEngine: Sendable {
    let identities: ServiceIdentities
    let policies: String
    let database: TestDatabase?
    let publicURL: String
    let internalURL: String
    private let transport = ServiceTransport()

    /// A client that calls the engine's internal listener as `service`.
    func client(_ service: ServiceName = .hr) throws -> ServiceClient {
        ServiceClient(
            keys: try identities.keys(service), callee: .policy, baseURL: internalURL, transport: transport,
            logger: .silent)
    }

    /// A user as a verified token has it.
    func user(
        roles: [String], tenant: TenantID = tenant, member: UUIDv7 = .generate(), employee: UUIDv7? = nil
    ) -> AccessToken {
        let (now, session) = (Instant.now(), UUIDv7.generate())
        let claims = issuer.claims(
            tenant: tenant, subject: member, session: session, roles: roles, employee: employee, issuedAt: now)
        return AccessToken(
            compact: Redacted(issuer.token(claims)), tenant: tenant, subject: member, roles: roles,
            employeeID: employee, amr: ["pwd", "otp"], authTime: Instant(seconds: now.seconds), session: session,
            clientID: "bailiwick-web", jti: claims["jti"]?.string ?? "", expires: now.adding(.seconds(600)),
            issuedAt: now)
    }

    static let tenant = TenantID(UUIDv7.generate())

    /// Posts to the internal listener and gives status and body.
    func ask(
        _ path: String, _ body: JSONValue, as user: AccessToken, from service: ServiceName = .hr
    ) async throws -> (status: Int, body: JSONValue, text: String) {
        let reply = try await client(service).send(
            .post, path, body: body, userToken: user, requestID: .generate(), deadline: .seconds(10))
        let text = String(decoding: reply.body, as: UTF8.self)
        return (reply.status.code, (try? reply.json()) ?? .null, text)
    }

    /// Posts to the public listener.
    func askPublicly(
        _ body: [UInt8], bearer: String?, path: String = "/access/v1/evaluation", requestID: String? = nil,
        contentType: String = "application/json"
    ) async throws -> (status: Int, body: JSONValue, text: String, requestID: String?) {
        var request = HTTPClientRequest(url: publicURL + path)
        request.method = .POST
        request.headers.add(name: "content-type", value: contentType)
        if let bearer { request.headers.add(name: "authorization", value: "Bearer \(bearer)") }
        if let requestID { request.headers.add(name: "x-request-id", value: requestID) }
        request.body = .bytes(ByteBuffer(bytes: body))
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(5))
        let bytes = Array(try await response.body.collect(upTo: 1 << 20).readableBytesView)
        return (
            Int(response.status.code), (try? JSONValue.parse(bytes)) ?? .null, String(decoding: bytes, as: UTF8.self),
            response.headers.first(name: "x-request-id")
        )
    }

    /// A call of HRService for `user`.
    func call(_ user: AccessToken) -> Call {
        Call(clientIP: "192.0.2.7", accessToken: user, logger: .silent)
    }

    /// The state that operators see.
    func bundle() async throws -> JSONValue {
        try await client(.operator).send(
            .get, "/internal/v1/bundle", requestID: .generate(), deadline: .seconds(5)
        ).json()
    }
}

/// Runs `body` with an engine that is ready.
func withEngine<R>(_ body: (RunningEngine) async throws -> R) async throws -> R {
    let identities = try ServiceIdentities()
    defer { identities.remove() }
    let policies = identities.directory + "/policies"
    try FileManager.default.copyItem(atPath: PackageRoot.path + "/policies", toPath: policies)
    let database = try await TestDatabase.make(migrating: [.policy])

    let identityPorts = AnnouncedPorts()
    let identity = try publishedIdentity(identities, identityPorts)
    return try await withServices([identity.serviceGroup()]) {
        let auth = try await identityPorts.wait()
        let enginePorts = AnnouncedPorts()
        let settings = try Settings(environment: [
            "BAILIWICK_PUBLIC_PORT": "0", "BAILIWICK_INTERNAL_PORT": "0",
            "BAILIWICK_DATABASE_URL": database.url(role: ServiceRole.policy.role).reveal(),
            "BAILIWICK_SERVICE_KEY_FILE": identities.keyFile(.policy),
            "BAILIWICK_SERVICE_REGISTRY": identities.registry, "BAILIWICK_POLICY_DIRECTORY": policies,
            "BAILIWICK_ISSUER": issuer.issuer, "BAILIWICK_PEERS_AUTH": "http://127.0.0.1:\(auth.internal)",
            // Nobody listens there: events stay in the outbox, where a test can read them.
            "BAILIWICK_PEERS_AUDIT": "http://127.0.0.1:1",
        ])
        let runtime = try await PolicyEngine.build(settings, logger: .silent, onListening: enginePorts.announce)
        return try await withServices([runtime.serviceGroup()]) {
            let ports = try await enginePorts.wait()
            let engine = RunningEngine(
                identities: identities, policies: policies, database: database,
                publicURL: "http://127.0.0.1:\(ports.public)", internalURL: "http://127.0.0.1:\(ports.internal)")
            let isReady = try await eventually {
                let response = try await HTTPClient.shared.execute(
                    HTTPClientRequest(url: engine.publicURL + "/health/ready"), timeout: .seconds(2))
                return response.status == .ok
            }
            guard isReady else { throw NotReady() }
            return try await body(engine)
        }
    }
}

struct NotReady: Error {}

/// What AuthService publishes for the others, signed with its key: one access token key and a feed without notices.
private func publishedIdentity(_ identities: ServiceIdentities, _ ports: AnnouncedPorts) throws -> ServiceRuntime {
    let access = Access.service(callers: [.policy], user: .none)
    return try ServiceRuntime(
        name: .auth, publicListener: ListenerConfiguration(address: .tcp(host: "127.0.0.1", port: 0)),
        internalListener: ListenerConfiguration(address: .tcp(host: "127.0.0.1", port: 0)), publicRoutes: [],
        internalRoutes: [
            Route(.get, "/internal/v1/jwks", access: access) { _ in .json(["keys": [issuer.jwk]]) },
            Route(.get, "/internal/v1/revocations", access: access, query: ["after", "wait"]) { call in
                let wait = try call.query.integer("wait", in: 0...10) ?? 0
                if try call.query.integer("after", in: 0...Int64.max) ?? 0 > 0 {
                    try await Task.sleep(for: .seconds(wait))
                }
                return .json(["version": 1, "through": 1, "more": false, "notices": []])
            },
        ], keys: try identities.keys(.auth), verifier: nil, logger: .silent, onListening: ports.announce)
}
