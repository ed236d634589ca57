import AuditClient
import Foundation
import IdentityClient
import Logging
@_spi(ScopeMinting) import Postgres
import ServiceKit
import WireFormat

extension PolicyEngine {
    /// Reads the configuration and connects everything; the only place that does.
    ///
    /// - Parameter onListening: called with the ports once both listeners are bound.
    static func build(
        _ settings: Settings, logger: Logger, onListening: @escaping @Sendable (ListeningPorts) -> Void = { _ in }
    ) async throws -> ServiceRuntime {
        let keys = try ServiceKeys(
            service: .policy, keyFile: settings.value(SettingKey.serviceKeyFile),
            registryFile: settings.value(SettingKey.serviceRegistry), logger: logger)
        let transport = ServiceTransport(trustRoots: try settings.optional(SettingKey.tlsCA))
        let database = Database(
            DatabaseConfiguration(
                url: try settings.value(SettingKey.databaseURL), applicationName: "bailiwick-policy",
                poolSize: min(try settings.value(SettingKey.databasePoolSize), databaseConnections)),
            logger: logger)
        let outbox = AuditOutbox(database: database, origin: .policy)
        let history = BundleHistory(database: database, outbox: outbox)

        let directory = PolicyDirectory(path: try settings.value(SettingKey.policyDirectory))
        let loader = BundleLoader(directory: directory)
        let active = ActiveBundle(try await loader.first(), at: .now())
        let bundleMetrics = BundleMetrics()
        bundleMetrics.report(active)
        let watcher = BundleWatcher(
            loader: loader, active: active, history: history, metrics: bundleMetrics, logger: logger)

        let authority = AccessTokenAuthority(
            rules: AccessTokenRules(issuer: try settings.value(SettingKey.issuer)),
            source: RemoteIdentitySource(
                keys: keys, baseURL: try settings.value(SettingKey.peersAuth), transport: transport, logger: logger),
            logger: logger)
        let relay = OutboxRelay(
            database: database, scope: SystemScope(),
            destinations: [
                AuditDestination(
                    client: ServiceClient(
                        keys: keys, callee: .audit, baseURL: try settings.value(SettingKey.peersAudit),
                        transport: transport, logger: logger))
            ], logger: logger)

        let publicListener = try ListenerConfiguration.public(settings)
        let address = PublicAddress(publicListener)
        let routes = Routes(active: active, address: address, verifier: authority)
        return try ServiceRuntime(
            name: .policy, publicListener: publicListener, internalListener: try .internal(settings),
            publicRoutes: routes.public, internalRoutes: routes.internal, keys: keys, verifier: authority,
            services: [database, relay, watcher, authority],
            readiness: [
                .succeeds("database") { try await database.ping() },
                // A refused edit is told by log, metric and `/internal/v1/bundle`: the good bundle still decides.
                // The good policy stays in force; where the edit is wrong is for those who may read the bundle.
                ReadinessCheck("bundle", warning: { active.refusal.map { _ in "the newest edit was refused" } }) {
                    active.isOnRecord ? nil : "its activation is not recorded yet"
                },
                ReadinessCheck("access-tokens") {
                    await authority.isReady() ? nil : "keys or revocations are missing or stale"
                },
            ],
            openAPI: try OpenAPIDocument(path: openAPIPath), logger: logger,
            onListening: { ports in
                address.bound(to: ports.public)
                onListening(ports)
            })
    }

    /// The database is touched when policies change and by the relay, never by a decision.
    private static let databaseConnections = 4

    /// The description of the interface, beside the executable.
    static var openAPIPath: String {
        Bundle.module.path(forResource: "openapi", ofType: "yaml") ?? "openapi.yaml"
    }
}

/// All routes of the service; a test compares them with the OpenAPI document.
struct Routes: Sendable {
    /// For people and their programs.
    let `public`: [Route]
    /// For enforcement points and operators.
    let `internal`: [Route]

    init(active: ActiveBundle, address: PublicAddress, verifier: any AccessTokenVerifier) {
        let metrics = DecisionMetrics()
        let point = DecisionPoint(active: active, metrics: metrics)
        let decisions = DecisionRoutes(point: point, metrics: metrics)
        let questions = QuestionRoutes(point: point, metrics: metrics, verifier: verifier)
        `public` = DiscoveryRoutes(address: address).publicRoutes + decisions.publicRoutes
        `internal` =
            decisions.internalRoutes + questions.internalRoutes + BundleRoutes(active: active).internalRoutes
    }
}
