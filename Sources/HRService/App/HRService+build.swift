import AuditClient
import Foundation
import Idempotency
import IdentityClient
import KeyVault
import Logging
import PolicyClient
@_spi(ScopeMinting) import Postgres
import ServiceKit
import WireFormat

extension HRService {
    /// Reads the configuration and connects everything; the only place that does. Starts nothing.
    ///
    /// - Parameter onListening: called with the ports once both listeners are bound.
    static func build(
        _ settings: Settings, logger: Logger, onListening: @escaping @Sendable (ListeningPorts) -> Void = { _ in }
    ) throws -> ServiceRuntime {
        let database = Database(
            DatabaseConfiguration(
                url: try settings.value(SettingKey.databaseURL), applicationName: "bailiwick-hr",
                poolSize: try settings.value(SettingKey.databasePoolSize)),
            logger: logger, executor: EventLoopExecutor.shared)
        let keys = try ServiceKeys(
            service: .hr, keyFile: settings.value(SettingKey.serviceKeyFile),
            registryFile: settings.value(SettingKey.serviceRegistry), logger: logger)
        let transport = ServiceTransport(trustRoots: try settings.optional(SettingKey.tlsCA))
        func client(_ callee: ServiceName, _ url: SettingKey<String>) throws -> ServiceClient {
            ServiceClient(
                keys: keys, callee: callee, baseURL: try settings.value(url), transport: transport, logger: logger)
        }
        let authority = AccessTokenAuthority(
            rules: AccessTokenRules(issuer: try settings.value(SettingKey.issuer)),
            source: RemoteIdentitySource(
                keys: keys, baseURL: try settings.value(SettingKey.peersAuth), transport: transport, logger: logger),
            logger: logger)
        let identity = try client(.auth, .peersAuth)
        let relay = OutboxRelay(
            database: database, scope: SystemScope(),
            destinations: [
                AuditDestination(client: try client(.audit, .peersAudit)), MembershipEndDestination(client: identity),
            ], logger: logger)
        let parts = HRParts(
            database: database,
            vault: KeyVault(
                database: database, provider: try FileKeyProvider(path: settings.value(SettingKey.kekFile))),
            policy: PolicyClient(client: try client(.policy, .peersPolicy)), identity: identity,
            cursors: try cursors(settings))
        return try ServiceRuntime(
            name: .hr, publicListener: .public(settings), internalListener: .internal(settings),
            publicRoutes: parts.routes, internalRoutes: [], keys: keys, verifier: authority,
            services: [
                database, relay, authority, AnswerExpiry(database: database, scope: SystemScope(), logger: logger),
            ],
            readiness: [
                .succeeds("database") { try await database.ping() },
                ReadinessCheck("access-tokens") {
                    await authority.isReady() ? nil : "keys or revocations are missing or stale"
                },
            ],
            openAPI: try OpenAPIDocument(path: openAPIPath), logger: logger, onListening: onListening)
    }

    /// The description of the interface, beside the executable.
    static var openAPIPath: String {
        Bundle.module.path(forResource: "openapi", ofType: "yaml") ?? "openapi.yaml"
    }

    private static func cursors(_ settings: Settings) throws -> CursorCodec {
        guard let text = try settings.optional(SettingKey.cursorKey) else { return .ephemeral() }
        guard let key = Base64URL.decode(text.reveal()), let codec = CursorCodec(key: key) else {
            throw CursorKeyRefused()
        }
        return codec
    }

    /// The setting is there and is no key.
    struct CursorKeyRefused: Error, CustomStringConvertible {
        let description = "BAILIWICK_CURSOR_KEY: must be at least 32 bytes in base64url"
    }
}
