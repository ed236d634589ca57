import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Synchronization
import WireFormat

/// Takes a request of one listener through everything that is the same for all routes: matching, limits, service token,
/// admission, access token, handler, problem, signature, headers, metrics, log line.
final class Dispatcher: Sendable {
    let kind: Listener.Kind
    let table: RouteTable
    let limits: ServerLimits
    let verifier: (any AccessTokenVerifier)?
    let tokens: ServiceTokenVerifier
    let logger: Logger
    private let signer: ServiceTokenSigner
    private let watch: DeadlineWatch
    private let metrics: RequestMetrics
    private let sendsHSTS: Bool
    private let trustedProxies: [AddressRange]
    private let heldBytes = Atomic<Int>(0)

    init(
        kind: Listener.Kind, table: RouteTable, keys: ServiceKeys, tokens: ServiceTokenVerifier,
        verifier: (any AccessTokenVerifier)?, limits: ServerLimits, watch: DeadlineWatch, metrics: RequestMetrics,
        sendsHSTS: Bool, trustedProxies: [AddressRange] = [], logger: Logger
    ) {
        self.kind = kind
        self.table = table
        self.signer = ServiceTokenSigner(keys: keys)
        self.tokens = tokens
        self.verifier = verifier
        self.limits = limits
        self.watch = watch
        self.metrics = metrics
        self.sendsHSTS = sendsHSTS && kind == .public
        self.trustedProxies = trustedProxies
        self.logger = logger
    }

    /// Answers one request. Throws only to close the connection.
    func respond(to request: Request, writer: consuming ResponseWriter, channel: any Channel) async throws {
        let head = RequestHead(request.head)
        let match =
            head.target.utf8.count <= ServerLimits.maximumTargetLength ? table.match(head.method, head.path) : .nothing
        metrics.began()
        var ending = Ending.keepsConnection
        let answer: Answer
        let refusal = refusal(of: head, match: match)
        if let refusal {
            answer = Answer(reply: ProblemMapper.reply(for: refusal, requestID: head.id), caller: nil)
            if head.length != .none { ending = .closesUnread }
        } else if head.length == .none {
            answer = await answered(head, match: match, body: [], channel: channel)
        } else {
            let limit = bodyLimit(match)
            let held = head.length == .chunked ? limit : head.knownLength
            guard reserve(held) else {
                metrics.wasShed()
                try await finish(
                    head, match: match, answer: shed(head), writer: writer, ending: .closesUnread, request: request)
                return
            }
            defer { heldBytes.subtract(held, ordering: .relaxed) }
            let body: BodyReader.Result
            do {
                if head.headers[.expect]?.lowercased() == "100-continue" {
                    try await writer.writeInformationalHead(HTTPResponse(status: .continue))
                }
                body = try await BodyReader.read(
                    request, limit: limit, timeout: limits.bodyTimeout, channel: channel)
            } catch {
                metrics.abandoned()
                throw error
            }
            switch body {
            case .whole(let body): answer = await answered(head, match: match, body: body, channel: channel)
            case .tooLong:
                answer = Answer(
                    reply: ProblemMapper.reply(for: .tooLarge(limit: limit), requestID: head.id), caller: nil)
                ending = .closes
            }
        }
        try await finish(head, match: match, answer: answer, writer: writer, ending: ending, request: request)
    }

    // MARK: - Before the body

    /// What is read of a body that the route does not take, so that a verified caller can be told.
    private static let unexpectedBodyLimit = 4096

    /// What is refused by the head alone. On the internal listener only what no token could change: everything else is
    /// told to verified callers.
    private func refusal(of head: RequestHead, match: RouteTable.Match) -> Problem? {
        guard head.target.utf8.count <= ServerLimits.maximumTargetLength else {
            return Problem(
                .uriTooLong, "target-too-long", title: "The path and query are too long",
                detail: "at most \(ServerLimits.maximumTargetLength) bytes are taken")
        }
        if kind == .public, let problem = RequestAnswerer.problem(of: match, head: head) { return problem }
        switch head.length {
        case .invalid: return .badRequest("`Content-Length` is not a length", code: "malformed-request")
        case .known(let length):
            let limit = bodyLimit(match)
            return length > limit ? .tooLarge(limit: limit) : nil
        case .none, .chunked: return nil
        }
    }

    private func bodyLimit(_ match: RouteTable.Match) -> Int {
        guard case .route(let route, _) = match else { return BodyRule.standardLimit }
        return route.body == .none ? Self.unexpectedBodyLimit : route.body.limit
    }

    private func reserve(_ bytes: Int) -> Bool {
        let held = heldBytes.add(bytes, ordering: .relaxed).newValue
        guard held <= limits.bodyBudget else {
            heldBytes.subtract(bytes, ordering: .relaxed)
            return false
        }
        return true
    }

    // MARK: - The answer

    private func answered(
        _ head: RequestHead, match: RouteTable.Match, body: [UInt8], channel: any Channel
    ) async -> Answer {
        let answerer = RequestAnswerer(
            dispatcher: self, head: head, match: match, body: body,
            clientIP: ClientAddress.of(
                peer: channel.remoteAddress?.ipAddress ?? "", head.headers, proxies: trustedProxies))
        var timeLimit = Route.standardTimeLimit
        if case .route(let route, _) = match {
            timeLimit = route.timeLimit
        }
        let exchange = Exchange(deadline: head.started + timeLimit)
        watch.add(exchange)
        defer { watch.remove(exchange) }
        switch await exchange.run({ await answerer.answer($0) }) {
        case .answered(let answer): return answer
        case .expired(let caller):
            logger.warning(
                "request stopped at its time limit",
                metadata: ["request_id": .string(head.id.text), "method": .string(head.method.rawValue)])
            return Answer(reply: ProblemMapper.reply(for: .timeLimit, requestID: head.id), caller: caller)
        }
    }

    /// What runs and what waits now.
    var load: (inFlight: Int, queued: Int) { watch.gate.load }

    /// Waits for a place and runs the handler in it.
    func admitted(_ route: Route, _ body: () async throws -> Reply) async throws -> Reply {
        if route.isExemptFromShedding { return try await body() }
        guard await watch.gate.enter() else {
            metrics.wasShed()
            throw Problem.unavailable("overloaded", detail: "too many requests are being worked on")
        }
        defer { watch.gate.leave() }
        return try await body()
    }

    private func shed(_ head: RequestHead) -> Answer {
        let problem = Problem.unavailable("overloaded", detail: "too many requests are being worked on")
        return Answer(reply: ProblemMapper.reply(for: problem, requestID: head.id), caller: nil)
    }

    // MARK: - After the answer

    private func finish(
        _ head: RequestHead, match: RouteTable.Match, answer: Answer, writer: consuming ResponseWriter,
        ending: Ending, request: Request
    ) async throws {
        let reply = answer.reply
        var response = HTTPResponse(status: reply.status, headerFields: reply.headers)
        CommonHeaders.add(to: &response, reply: reply, requestID: head.id, sendsHSTS: sendsHSTS)
        if ending != .keepsConnection { response.headerFields[.connection] = "close" }
        if let caller = answer.caller {
            let claims = ServiceTokenClaims.Response(
                requestIdentifier: caller.identifier, status: reply.status.code, bodyDigest: BodyDigest.of(reply.body),
                headerDigest: MeaningfulHeaders.digest(of: response.headerFields, names: MeaningfulHeaders.response))
            do {
                response.headerFields[.serviceToken] = try signer.sign(
                    response: claims, to: caller.service, at: .now())
            } catch {
                logger.error("an answer could not be signed", metadata: ["cause": .string(String(describing: error))])
            }
        }
        record(head, match: match, answer: answer)
        let body: ResponseBody =
            reply.body.isEmpty ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body))
        try await writer.write(response: response, body: body)
        if ending == .closesUnread { await BodyReader.discard(request) }
        if ending != .keepsConnection { throw ConnectionEnded() }
    }

    private func record(_ head: RequestHead, match: RouteTable.Match, answer: Answer) {
        let duration = ContinuousClock.now - head.started
        var route: Route?
        if case .route(let matched, _) = match { route = matched }
        metrics.ended(route: route, status: answer.reply.status.code, after: duration)
        // Probes and calls between services come by the hundred a second; the caller's own line says enough.
        let isQuiet = kind == .internal || route?.isExemptFromShedding == true
        let level: Logger.Level = answer.reply.status.code >= 500 ? .warning : (isQuiet ? .debug : .info)
        guard logger.logLevel <= level else { return }
        logger.log(
            level: level, "request",
            metadata: [
                "request_id": .string(head.id.text), "listener": .string(kind.rawValue),
                "method": .string(head.method.rawValue), "route": .string(route?.path ?? "unmatched"),
                "status": .stringConvertible(answer.reply.status.code),
                "milliseconds": .stringConvertible(duration.wholeMilliseconds),
                "caller": .string(answer.caller?.service.text ?? ""),
            ])
    }
}

/// What becomes of the connection after an answer.
private enum Ending {
    case keepsConnection
    /// The body was too long and is read as far as it will be.
    case closes
    /// The body was refused before it was read.
    case closesUnread
}

/// Thrown to close the connection after a refused body.
struct ConnectionEnded: Error {}

extension Duration {
    /// Whole milliseconds, for log lines.
    var wholeMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
