import ServiceKit
import Synchronization
import WireFormat

/// The base URL of the public listener, known once it is bound.
final class PublicAddress: Sendable {
    private let scheme: String
    private let host: String
    private let port: Mutex<Int?>

    init(_ listener: ListenerConfiguration) {
        scheme = listener.tls == nil ? "http" : "https"
        switch listener.address {
        case .tcp(let host, let port):
            self.host = host.contains(":") ? "[\(host)]" : host
            self.port = Mutex(port)
        case .unix:
            host = "localhost"
            port = Mutex(nil)
        }
    }

    /// Port 0 takes a free one; this is it.
    func bound(to port: Int?) {
        guard let port else { return }
        self.port.withLock { $0 = port }
    }

    /// Without a slash at the end.
    var baseURL: String {
        let port = port.withLock { $0 }
        return scheme + "://" + host + (port.map { ":\($0)" } ?? "")
    }
}

/// AuthZEN 1.0 §9: where the decision API of the public listener is.
struct DiscoveryRoutes: Sendable {
    let address: PublicAddress

    var publicRoutes: [Route] {
        [
            Route(
                .get, "/.well-known/authzen-configuration",
                access: .open(because: "metadata that a client reads before it has a token")
            ) { _ in .json(metadata) }
        ]
    }

    /// Only what the public listener serves: an endpoint that is not here is not supported (§9.1.1).
    private var metadata: JSONValue {
        let base = address.baseURL
        return [
            "policy_decision_point": .string(base),
            "access_evaluation_endpoint": .string(base + "/access/v1/evaluation"),
        ]
    }
}
