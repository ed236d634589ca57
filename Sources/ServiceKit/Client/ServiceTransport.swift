import AsyncHTTPClient
import Dispatch
import NIOCore
import NIOPosix
import NIOSSL

/// The pool of connections to other services, shared by the ``ServiceClient``s of a process.
public final class ServiceTransport: Sendable {
    /// An idle connection is closed here before the callee's own idle limit (``ServerLimits``) closes it under a call.
    static let idleLimit = TimeAmount.seconds(30)
    /// Connections to one callee: each in-flight request here may have one call out.
    static let connectionsPerCallee = 64
    /// Longer than any connect inside one data centre.
    static let connectLimit = TimeAmount.milliseconds(500)

    let client: HTTPClient

    /// - Parameter trustRoots: A PEM file of the authorities that sign the callees' TLS certificates; the system's
    ///   when nil.
    public init(trustRoots: String? = nil) {
        var configuration = HTTPClient.Configuration()
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let trustRoots { tls.trustRoots = .file(trustRoots) }
        configuration.tlsConfiguration = tls
        configuration.redirectConfiguration = .disallow
        configuration.decompression = .disabled
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = Self.connectLimit
        configuration.connectionPool.idleTimeout = Self.idleLimit
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.connectionsPerCallee
        // A refused connection must fail the call at once: the caller's own retry and circuit breaker decide.
        configuration.connectionPool.retryConnectionEstablishment = false
        self.client = HTTPClient(
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), configuration: configuration)
    }

    deinit {
        // The client holds itself until its connections are closed.
        client.shutdown(queue: .global()) { _ in }
    }
}
