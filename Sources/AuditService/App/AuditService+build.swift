import AuditCore
import Foundation
import IdentityClient
import Logging
import PolicyClient
@_spi(ScopeMinting) import Postgres
import ServiceKit
import WireFormat

extension AuditService {
    /// Reads the configuration and connects everything; the only place that does. Starts nothing.
    ///
    /// - Parameter onListening: called with the ports once both listeners are bound.
    static func build(
        _ settings: Settings, logger: Logger, onListening: @escaping @Sendable (ListeningPorts) -> Void = { _ in }
    ) throws -> ServiceRuntime {
        let database = Database(
            DatabaseConfiguration(
                url: try settings.value(SettingKey.databaseURL), applicationName: "bailiwick-audit",
                poolSize: try settings.value(SettingKey.databasePoolSize)),
            logger: logger)
        let checkpointKey = try CheckpointKeyFile.read(try settings.value(SettingKey.checkpointKeyFile))
        let keys = try ServiceKeys(
            service: .audit, keyFile: settings.value(SettingKey.serviceKeyFile),
            registryFile: settings.value(SettingKey.serviceRegistry), logger: logger)
        let transport = ServiceTransport(trustRoots: try settings.optional(SettingKey.tlsCA))
        let authority = AccessTokenAuthority(
            rules: AccessTokenRules(issuer: try settings.value(SettingKey.issuer)),
            source: RemoteIdentitySource(
                keys: keys, baseURL: try settings.value(SettingKey.peersAuth), transport: transport, logger: logger),
            logger: logger)
        let policy = PolicyClient(
            client: ServiceClient(
                keys: keys, callee: .policy, baseURL: try settings.value(SettingKey.peersPolicy),
                transport: transport, logger: logger))

        let log = Log(database: database, scope: SystemScope(), key: checkpointKey, logger: logger)
        let routes = LogRoutes(log: log, policy: policy, cursors: try cursors(settings))
        return try ServiceRuntime(
            name: .audit, publicListener: .public(settings), internalListener: .internal(settings),
            publicRoutes: routes.public, internalRoutes: routes.internal, keys: keys, verifier: authority,
            services: [database, authority, log.partitions, log.sealer],
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
