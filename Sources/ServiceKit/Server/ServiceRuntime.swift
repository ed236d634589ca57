import Hummingbird
import HummingbirdCore
import HummingbirdTLS
public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle
public import UnixSignals
import WireFormat

/// The ports that listeners bound; nil for Unix sockets.
public struct ListeningPorts: Sendable, Hashable {
    /// Of the public listener.
    public var `public`: Int?
    /// Of the internal listener.
    public var `internal`: Int?
}

/// Everything that one process of a service runs: both listeners, health, metrics, and the services behind them.
public struct ServiceRuntime: Sendable {
    /// The service.
    public let name: ServiceName
    /// The routes of the public listener, with health and `/openapi.json`.
    public let publicRoutes: RouteTable
    /// The routes of the internal listener, with health and `/metrics`.
    public let internalRoutes: RouteTable

    let listeners: [Listener]
    private let services: [any Service]
    private let keys: ServiceKeys
    private let limits: ServerLimits
    private let logger: Logger

    /// Puts a service together.
    ///
    /// - Parameters:
    ///   - publicRoutes: Routes for people and other companies' services.
    ///   - internalRoutes: Routes for our other services.
    ///   - keys: This service's key and the others' public keys.
    ///   - verifier: Verifies access tokens; without one every route that needs a user answers 503.
    ///   - services: What runs beside the listeners; shut down after them, in reverse order.
    ///   - readiness: What `/health/ready` looks at.
    ///   - onListening: Called once both listeners are bound.
    public init(
        name: ServiceName, publicListener: ListenerConfiguration, internalListener: ListenerConfiguration,
        publicRoutes: [Route], internalRoutes: [Route], keys: ServiceKeys, verifier: (any AccessTokenVerifier)?,
        services: [any Service] = [], readiness: [ReadinessCheck] = [], openAPI: OpenAPIDocument? = nil,
        limits: ServerLimits = .standard, metrics: MetricsRegistry = .shared, logger: Logger,
        onListening: @escaping @Sendable (ListeningPorts) -> Void = { _ in }
    ) throws {
        let health = HealthRoutes(readiness: readiness)
        let publicTable = try RouteTable(publicRoutes + health.routes + (openAPI.map { [Self.openAPIRoute($0)] } ?? []))
        let internalTable = try RouteTable(internalRoutes + health.routes + [Self.metricsRoute(metrics)])
        let tokens = ServiceTokenVerifier(keys: keys)
        let watch = DeadlineWatch(gate: AdmissionGate(limits: limits))
        let announcement = ListeningAnnouncement(expected: 2, then: onListening)
        func listener(
            _ kind: Listener.Kind, _ configuration: ListenerConfiguration, _ table: RouteTable
        ) throws -> Listener {
            let dispatcher = Dispatcher(
                kind: kind, table: table, keys: keys, tokens: tokens, verifier: verifier, limits: limits, watch: watch,
                metrics: RequestMetrics(kind: kind, table: table, registry: metrics),
                sendsHSTS: configuration.tls != nil, trustedProxies: configuration.trustedProxies,
                logger: logger)
            return try Listener(
                kind: kind, configuration: configuration, dispatcher: dispatcher, limits: limits, logger: logger,
                announcement: announcement)
        }
        self.name = name
        self.publicRoutes = publicTable
        self.internalRoutes = internalTable
        self.listeners = [
            try listener(.internal, internalListener, internalTable),
            try listener(.public, publicListener, publicTable),
        ]
        self.services = services + [watch]
        self.keys = keys
        self.limits = limits
        self.logger = logger
    }

    /// The process's services in the order of their start; shutdown goes the other way, listeners first, and each waits
    /// for what it has in flight.
    public func serviceGroup(signals: [UnixSignal] = []) -> ServiceGroup {
        var configuration = ServiceGroupConfiguration(
            services: ([keys] + services + listeners).map {
                .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup)
            },
            gracefulShutdownSignals: signals, logger: logger)
        configuration.maximumGracefulShutdownDuration = limits.shutdownTimeout
        return ServiceGroup(configuration: configuration)
    }

    /// Runs until SIGTERM or SIGINT.
    public func run() async throws {
        try await serviceGroup(signals: [.sigterm, .sigint]).run()
    }

    private static func openAPIRoute(_ document: OpenAPIDocument) -> Route {
        let reply = Reply(status: .ok, headers: [.contentType: "application/json"], body: document.json)
        return Route(
            .get, "/openapi.json", access: .open(because: "the description of the interface is public"),
            isExemptFromShedding: true
        ) { _ in reply }
    }

    private static func metricsRoute(_ metrics: MetricsRegistry) -> Route {
        Route(
            .get, "/metrics", access: .open(because: "scrapers hold no service key; the internal listener only"),
            isExemptFromShedding: true
        ) { _ in Reply.text(metrics.exposition(), type: "text/plain; version=0.0.4; charset=utf-8") }
    }
}
