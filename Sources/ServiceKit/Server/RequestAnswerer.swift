import HTTPTypes
import Logging
import WireFormat

/// The part of a request that runs under its time limit: who calls, what they send, and what the handler says.
struct RequestAnswerer: Sendable {
    let dispatcher: Dispatcher
    let head: RequestHead
    let match: RouteTable.Match
    let body: [UInt8]
    let clientIP: String

    func answer(_ exchange: Exchange) async -> Answer {
        var caller: VerifiedCaller?
        do {
            if dispatcher.kind == .internal, !isOpen {
                let verified = try callingService()
                exchange.identified(verified)
                caller = verified
            }
            return Answer(reply: try await reply(caller, deadline: exchange.deadline), caller: caller)
        } catch {
            let problem = ProblemMapper.problem(for: error, requestID: head.id, logger: dispatcher.logger)
            return Answer(reply: ProblemMapper.reply(for: problem, requestID: head.id), caller: caller)
        }
    }

    /// What is wrong with a request by its route alone: 404, 405, 415, or a body where none is taken.
    static func problem(of match: RouteTable.Match, head: RequestHead) -> Problem? {
        switch match {
        case .nothing: return .notFound("no route has this path")
        case .undecodable: return .badRequest("the path is not percent-encoded UTF-8 without NUL", code: "invalid-path")
        case .methodNotAllowed(let allowed):
            let methods = allowed.map(\.rawValue).sorted().joined(separator: ", ")
            return Problem(
                .methodNotAllowed, "method-not-allowed", title: "The route does not take this method",
                detail: "it takes \(methods)", headers: [.allow: methods])
        case .route(let route, _):
            guard let expected = route.body.mediaType else {
                guard head.length == .none else {
                    return .badRequest("this route takes no body", code: "unexpected-body")
                }
                return nil
            }
            guard head.headers[.contentEncoding] == nil else { return .unsupportedMediaType(expected: expected) }
            // A body that is not there has no type; the handler says that one is needed.
            if head.length == .none, head.headers[.contentType] == nil { return nil }
            return MediaType.matches(head.headers[.contentType], expected)
                ? nil : .unsupportedMediaType(expected: expected)
        }
    }

    private var isOpen: Bool {
        if case .route(let route, _) = match, case .open = route.access { return true }
        return false
    }

    private func callingService() throws(Problem) -> VerifiedCaller {
        let tokens = head.headers[values: .serviceToken]
        guard let token = tokens.first, tokens.count == 1 else {
            throw .unauthenticated("one service token is needed", code: "service-token")
        }
        let bound = ServiceTokenClaims.Request(
            method: head.method.rawValue, target: head.target, bodyDigest: BodyDigest.of(body),
            headerDigest: MeaningfulHeaders.digest(of: head.headers, names: MeaningfulHeaders.request))
        do {
            return try dispatcher.tokens.verify(request: token, bound: bound, at: .now())
        } catch {
            dispatcher.logger.warning(
                "service token refused",
                metadata: ["request_id": .string(head.id.text), "cause": .string(error.description)])
            if error.isOverload { throw .unavailable("overloaded", detail: "too many calls are remembered") }
            // Whoever it is learns nothing about why.
            throw .unauthenticated("the service token does not verify", code: "service-token")
        }
    }

    private func reply(_ caller: VerifiedCaller?, deadline: ContinuousClock.Instant) async throws -> Reply {
        if let problem = Self.problem(of: match, head: head) { throw problem }
        guard case .route(let route, let parameters) = match else { throw Problem.notFound() }
        let query = try QueryParameters.parse(head.query, allowed: route.query)
        return try await dispatcher.admitted(route) {
            let user = try await user(for: route, caller: caller)
            let call = Call(
                id: head.id, method: head.method, path: String(head.path), pattern: route.path, query: query,
                parameters: parameters, headers: head.headers, body: body, bodyRule: route.body, clientIP: clientIP,
                received: head.received, deadline: deadline, accessToken: user, caller: caller?.service,
                logger: dispatcher.logger)
            return try await route.handler(call)
        }
    }

    private func user(for route: Route, caller: VerifiedCaller?) async throws -> AccessToken? {
        switch route.access {
        case .open: return nil
        case .user, .signedIn: return try await verifiedUser()
        case .service(let callers, let rule):
            guard let caller else { throw Problem.unauthenticated("a service token is needed", code: "service-token") }
            guard callers.contains(caller.service) else {
                throw Problem.forbidden("caller-not-allowed", detail: "`\(caller.service)` may not call this route")
            }
            switch rule {
            case .none: return nil
            case .required: return try await verifiedUser()
            }
        }
    }

    private func verifiedUser() async throws -> AccessToken {
        guard let bearer = head.bearer else { throw Problem.unauthenticated("an access token is needed") }
        guard let verifier = dispatcher.verifier else {
            throw Problem.unavailable("no-verifier", detail: "this service cannot verify access tokens")
        }
        return try await verifier.verify(bearer)
    }
}
