import HTTPTypes
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// One listening socket of a service.
struct Listener: Service {
    /// Who is expected on it.
    enum Kind: String, Sendable {
        /// People, frontends, other companies' services.
        case `public`
        /// Our other services, and scrapers.
        case `internal`
    }

    let kind: Kind
    let dispatcher: Dispatcher
    private let configuration: ListenerConfiguration
    private let server: any Service

    init(
        kind: Kind, configuration: ListenerConfiguration, dispatcher: Dispatcher, limits: ServerLimits, logger: Logger,
        announcement: ListeningAnnouncement
    ) throws {
        self.kind = kind
        self.dispatcher = dispatcher
        self.configuration = configuration
        let http = HTTPServerBuilder.http1(
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [ParserErrorHandler(sendsHSTS: kind == .public && configuration.tls != nil)],
                idleTimeout: TimeAmount(limits.idleTimeout),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: ServerLimits.maximumHeaderFieldBytes,
                    maxHeaderListSize: ServerLimits.maximumHeaderBytes,
                    maxHeaderFieldCount: ServerLimits.maximumHeaderFields)))
        let builder = try configuration.tls.map { try .tls(http, tlsConfiguration: $0.serverConfiguration()) } ?? http
        let address: BindAddress
        switch configuration.address {
        case .tcp(let host, let port): address = .hostname(host, port: port)
        case .unix(let path): address = .unixDomainSocket(path: path)
        }
        var quiet = logger
        // Hummingbird announces each bind by itself; ours is one line for both listeners.
        quiet.logLevel = max(.warning, logger.logLevel)
        self.server = try builder.buildServer(
            configuration: ServerConfiguration(
                address: address, backlog: 1024,
                availableConnectionsDelegate: MaximumAvailableConnections(limits.maximumConnections, logger: quiet)),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quiet,
            responder: { request, writer, channel in
                try await dispatcher.respond(to: request, writer: writer, channel: channel)
            },
            onServerRunning: { channel in announcement.bound(kind, port: channel.localAddress?.port) })
    }

    func run() async throws {
        do {
            try await withTaskExecutorPreference(EventLoopExecutor.shared) { try await server.run() }
        } catch let error as IOError {
            throw SettingsError("the \(kind.rawValue) listener cannot listen on \(place): \(Self.reason(error))")
        }
    }

    private var place: String {
        switch configuration.address {
        case .tcp(let host, let port): "\(host):\(port)"
        case .unix(let path): path
        }
    }

    private static func reason(_ error: IOError) -> String {
        error.errnoCode == EADDRINUSE ? "the address is in use" : String(describing: error)
    }
}

/// Tells once, when all listeners are bound, which ports they have.
final class ListeningAnnouncement: Sendable {
    private let state: Mutex<(missing: Int, ports: ListeningPorts)>
    private let then: @Sendable (ListeningPorts) -> Void

    init(expected: Int, then: @escaping @Sendable (ListeningPorts) -> Void) {
        self.state = Mutex((expected, ListeningPorts()))
        self.then = then
    }

    func bound(_ kind: Listener.Kind, port: Int?) {
        let ports = state.withLock { state -> ListeningPorts? in
            state.missing -= 1
            switch kind {
            case .public: state.ports.public = port
            case .internal: state.ports.internal = port
            }
            return state.missing == 0 ? state.ports : nil
        }
        if let ports { then(ports) }
    }
}
