public import HTTPTypes
public import Logging
public import WireFormat

/// One request as a handler sees it: routed, read whole, within its limits, and authenticated as its route demands.
public struct Call: Sendable {
    /// The request's id: the caller's `X-Request-ID` when it was valid, otherwise a new one.
    public let id: RequestID
    /// The method.
    public let method: HTTPRequest.Method
    /// The path as it was sent, without the query.
    public let path: String
    /// The path pattern of the route, such as `/v1/employees/{id}`.
    public let pattern: String
    /// The query.
    public let query: QueryParameters
    /// The decoded path parameters by name; use ``uuid(_:)`` and ``parameter(_:)``.
    public let parameters: [String: String]
    /// The header fields.
    public let headers: HTTPFields
    /// The whole body.
    public let body: [UInt8]
    /// The address that the connection came from; empty for Unix sockets.
    public let clientIP: String
    /// When the request's head was read.
    public let received: Instant
    /// When the handler is stopped.
    public let deadline: ContinuousClock.Instant

    let bodyRule: BodyRule
    let accessToken: AccessToken?
    let caller: ServiceName?
    let baseLogger: Logger

    /// For the dispatcher, and for tests of modules that take a `Call`.
    package init(
        id: RequestID = .generate(), method: HTTPRequest.Method = .get, path: String = "/", pattern: String = "/",
        query: QueryParameters = .none, parameters: [String: String] = [:], headers: HTTPFields = [:],
        body: [UInt8] = [], bodyRule: BodyRule = .none, clientIP: String = "127.0.0.1", received: Instant = .now(),
        deadline: ContinuousClock.Instant = .now + .seconds(10), accessToken: AccessToken? = nil,
        caller: ServiceName? = nil, logger: Logger
    ) {
        self.id = id
        self.method = method
        self.path = path
        self.pattern = pattern
        self.query = query
        self.parameters = parameters
        self.headers = headers
        self.body = body
        self.bodyRule = bodyRule
        self.clientIP = clientIP
        self.received = received
        self.deadline = deadline
        self.accessToken = accessToken
        self.caller = caller
        self.baseLogger = logger
    }

    /// Writes lines that carry the request id.
    public var logger: Logger {
        var logger = baseLogger
        logger[metadataKey: "request_id"] = .string(id.text)
        return logger
    }

    /// The device that the caller claims to use.
    public var device: DeviceInfo {
        DeviceInfo(userAgent: headers[.userAgent])
    }

    /// How long the handler still has; never negative.
    public var remaining: Duration {
        max(.zero, deadline - .now)
    }

    /// The user: by the route's declaration (`user`, `signedIn`, or `service` with `user: .required`).
    public var user: AccessToken {
        get throws(Problem) {
            guard let accessToken else { throw .unauthenticated("this needs a user's access token") }
            return accessToken
        }
    }

    /// The service that calls: by the route's declaration (`service`).
    public var service: ServiceName {
        get throws(Problem) {
            guard let caller else { throw .unauthenticated("this needs a service token", code: "service-token") }
            return caller
        }
    }
}
