public import HTTPTypes

/// One route: what it matches, who may call it, what it takes, how long it may run, and what it does.
public struct Route: Sendable {
    /// What a route does.
    public typealias Handler = @Sendable (Call) async throws -> Reply

    /// The time that a route has when it does not say: longer than any query of ours, shorter than a person waits.
    public static let standardTimeLimit = Duration.seconds(10)

    /// The method.
    public let method: HTTPRequest.Method
    /// The path pattern, such as `/v1/employees/{id}`.
    public let path: String
    /// Who may call it.
    public let access: Access
    /// What it takes as its body.
    public let body: BodyRule
    /// The query parameters that it knows; any other is refused with 400.
    public let query: Set<String>
    /// How long its handler may run before it is cancelled and a 503 problem is sent.
    public let timeLimit: Duration
    /// Whether load shedding passes it by: health and metrics must answer when nothing else does.
    let isExemptFromShedding: Bool
    /// What it does.
    let handler: Handler

    /// A route.
    public init(
        _ method: HTTPRequest.Method, _ path: String, access: Access, body: BodyRule = .none, query: Set<String> = [],
        timeLimit: Duration = Route.standardTimeLimit, handler: @escaping Handler
    ) {
        self.init(
            method, path, access: access, body: body, query: query, timeLimit: timeLimit, isExemptFromShedding: false,
            handler: handler)
    }

    init(
        _ method: HTTPRequest.Method, _ path: String, access: Access, body: BodyRule = .none, query: Set<String> = [],
        timeLimit: Duration = Route.standardTimeLimit, isExemptFromShedding: Bool, handler: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.body = body
        self.query = query
        self.timeLimit = timeLimit
        self.isExemptFromShedding = isExemptFromShedding
        self.handler = handler
    }

    /// The same route, with its handler run by `wrapper`.
    public func wrapped(_ wrapper: @escaping @Sendable (Call, Handler) async throws -> Reply) -> Route {
        let handler = handler
        return Route(
            method, path, access: access, body: body, query: query, timeLimit: timeLimit,
            isExemptFromShedding: isExemptFromShedding
        ) { call in try await wrapper(call, handler) }
    }

    /// Method and pattern, as in `GET /v1/employees/{id}`: the label in metrics and the name in tests.
    public var name: String { method.rawValue + " " + path }
}
