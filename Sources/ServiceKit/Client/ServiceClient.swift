import AsyncHTTPClient
import CoreMetrics
public import HTTPTypes
public import Logging
import NIOCore
import NIOHTTP1
import Synchronization
public import WireFormat

/// Whether a call may be made a second time when the first got no answer.
public enum ServiceCallRetry: Sendable {
    /// It may not.
    case never
    /// It may, once: doing it twice is the same as doing it once.
    case idempotent
}

/// Calls one other service: signs every request, believes only answers that are signed for that very request.
///
/// A long poll should have a client of its own: while its probe is out, the circuit is half open for everybody.
public final class ServiceClient: Sendable {
    /// The longest answer that is read: a plan, a page of events or a key set stays far below.
    static let maximumReplyLength = 4 << 20
    /// A second attempt is made only when at least this much time is left.
    static let leastTimeForRetry = Duration.milliseconds(50)

    /// The service that is called.
    public let callee: ServiceName
    private let baseURL: String
    private let keys: ServiceKeys
    private let signer: ServiceTokenSigner
    private let verifier: ServiceTokenVerifier
    private let transport: ServiceTransport
    private let breaker: Mutex<CircuitBreaker>
    private let logger: Logger
    private let answered: CoreMetrics.Timer
    private let failed: CoreMetrics.Timer

    /// - Parameter baseURL: `http://`, `https://` or `http+unix://` URL of the callee's internal listener, no path.
    public init(
        keys: ServiceKeys, callee: ServiceName, baseURL: String, transport: ServiceTransport, logger: Logger
    ) {
        self.keys = keys
        self.callee = callee
        self.baseURL = baseURL.last == "/" ? String(baseURL.dropLast()) : baseURL
        self.signer = ServiceTokenSigner(keys: keys)
        self.verifier = ServiceTokenVerifier(keys: keys)
        self.transport = transport
        self.breaker = Mutex(CircuitBreaker())
        self.logger = logger
        func timer(_ outcome: String) -> CoreMetrics.Timer {
            CoreMetrics.Timer(
                label: "service_call_duration_seconds", dimensions: [("callee", callee.text), ("outcome", outcome)])
        }
        self.answered = timer("answered")
        self.failed = timer("failed")
    }

    /// Makes a call.
    ///
    /// - Parameters:
    ///   - path: The path and query, percent-encoded.
    ///   - body: JSON; a state-changing call also has an idempotency key or an event id in it.
    ///   - headers: Further header fields.
    ///   - userToken: For whom the call is made.
    ///   - requestID: The id of the request that is being worked on.
    ///   - deadline: The time for everything, a second attempt included; for a long poll longer than its wait.
    /// - Returns: The answer, whatever its status, when its token verified.
    public func send(
        _ method: HTTPRequest.Method, _ path: String, body: JSONValue? = nil, headers: HTTPFields = [:],
        userToken: AccessToken? = nil, requestID: RequestID, retry: ServiceCallRetry = .never, deadline: Duration
    ) async throws(ServiceCallError) -> ServiceReply {
        var fields = headers
        if body != nil { fields[.contentType] = "application/json" }
        if let userToken { fields[.authorization] = "Bearer " + userToken.compact.reveal() }
        return try await send(
            method, path, bytes: body?.bytes() ?? [], headers: fields, requestID: requestID, retry: retry,
            deadline: deadline)
    }

    /// Makes a call with a body that is written already; `headers` say its type.
    package func send(
        _ method: HTTPRequest.Method, _ path: String, bytes: [UInt8], headers: HTTPFields, requestID: RequestID,
        retry: ServiceCallRetry, deadline: Duration
    ) async throws(ServiceCallError) -> ServiceReply {
        guard RequestTarget.isValid(path) else { throw error(.invalidCall, "the path is not one of a URI") }
        let end = ContinuousClock.now + deadline
        var fields = headers
        fields[.requestID] = requestID.text
        let outgoing = Outgoing(method: method, target: path, headers: fields, body: bytes)
        do {
            return try await attempt(outgoing, until: end)
        } catch {
            guard case .idempotent = retry, error.code == .unreachable,
                end - .now >= Self.leastTimeForRetry
            else { throw error }
            return try await attempt(outgoing, until: end)
        }
    }

    /// Whether the circuit lets calls out.
    package var circuitState: CircuitBreaker.State {
        breaker.withLock { $0.state }
    }

    private struct Outgoing {
        let method: HTTPRequest.Method
        let target: String
        let headers: HTTPFields
        let body: [UInt8]
    }

    private func attempt(
        _ outgoing: Outgoing, until end: ContinuousClock.Instant
    ) async throws(ServiceCallError) -> ServiceReply {
        let permission = breaker.withLock { $0.permit(at: .now) }
        guard permission != .refused else { throw error(.circuitOpen, "it failed too often just now") }
        let began = ContinuousClock.now
        do {
            let reply = try await exchange(outgoing, until: end)
            answered.recordNanoseconds(Self.nanoseconds(since: began))
            breaker.withLock { $0.record(success: true, probe: permission == .probe, at: .now) }
            return reply
        } catch {
            if error.code == .cancelled || error.code == .invalidCall {
                breaker.withLock { $0.abandon(probe: permission == .probe, at: .now) }
            } else {
                failed.recordNanoseconds(Self.nanoseconds(since: began))
                breaker.withLock { $0.record(success: false, probe: permission == .probe, at: .now) }
                logger.warning(
                    "service call failed",
                    metadata: [
                        "callee": .string(callee.text), "target": .string(outgoing.method.rawValue),
                        "code": .string(error.code.description), "cause": .string(error.detail),
                        "request_id": .string(outgoing.headers[.requestID] ?? ""),
                    ])
            }
            throw error
        }
    }

    private func exchange(
        _ outgoing: Outgoing, until end: ContinuousClock.Instant
    ) async throws(ServiceCallError) -> ServiceReply {
        let identifier: String
        let request: HTTPClient.Request
        do {
            let claims = ServiceTokenClaims.Request(
                method: outgoing.method.rawValue, target: outgoing.target,
                bodyDigest: BodyDigest.of(outgoing.body),
                headerDigest: MeaningfulHeaders.digest(of: outgoing.headers, names: MeaningfulHeaders.request))
            let signed = try signer.sign(request: claims, to: callee, at: .now())
            identifier = signed.identifier
            var headers = HTTPHeaders()
            headers.reserveCapacity(outgoing.headers.count + 1)
            for field in outgoing.headers { headers.add(name: field.name.rawName, value: field.value) }
            headers.add(name: HTTPField.Name.serviceToken.rawName, value: signed.token)
            request = try HTTPClient.Request(
                url: baseURL + outgoing.target, method: HTTPMethod(rawValue: outgoing.method.rawValue),
                headers: headers, body: outgoing.body.isEmpty ? nil : .bytes(outgoing.body))
        } catch let cause as HTTPClientError {
            throw failure(cause)
        } catch {
            throw self.error(.invalidCall, "the request cannot be signed: \(error)")
        }
        let reply: WholeReply
        do {
            reply = try await transport.exchange(
                request, limit: Self.maximumReplyLength, deadline: .now() + TimeAmount(max(.zero, end - .now)))
        } catch {
            throw failure(error)
        }
        return try believed(reply, identifier: identifier)
    }

    private func believed(
        _ reply: WholeReply, identifier: String
    ) throws(ServiceCallError) -> ServiceReply {
        let status = reply.head.status
        let tokens = reply.head.headers[HTTPField.Name.serviceToken.rawName]
        guard let token = tokens.first, tokens.count == 1 else {
            if status == .unauthorized { throw error(.refused, "our service token was not accepted") }
            throw error(.unverified, "an answer of status \(status.code) came without a token")
        }
        var fields = HTTPFields()
        for (name, value) in reply.head.headers {
            guard let name = HTTPField.Name(name) else { continue }
            fields.append(HTTPField(name: name, value: value))
        }
        let claims = ServiceTokenClaims.Response(
            requestIdentifier: identifier, status: Int(status.code), bodyDigest: BodyDigest.of(reply.body),
            headerDigest: MeaningfulHeaders.digest(of: fields, names: MeaningfulHeaders.response))
        do {
            try verifier.verify(response: token, bound: claims, from: callee, at: .now())
        } catch {
            throw self.error(.unverified, error.description)
        }
        return ServiceReply(
            status: HTTPResponse.Status(code: Int(status.code)), headers: fields, body: reply.body, callee: callee)
    }

    private func failure(_ cause: any Error) -> ServiceCallError {
        switch cause {
        case is CancellationError: return error(.cancelled, "the caller was cancelled")
        case is NIOTooManyBytesError: return error(.unreadable, "the answer is longer than an internal one may be")
        case let cause as HTTPClientError:
            switch cause {
            case .cancelled: return error(.cancelled, "the caller was cancelled")
            case .deadlineExceeded, .readTimeout, .writeTimeout, .getConnectionFromPoolTimeout:
                return error(.timedOut, cause.shortDescription)
            case .invalidURL, .emptyHost, .emptyScheme:
                return error(.invalidCall, cause.shortDescription)
            default: return error(.unreachable, cause.shortDescription)
            }
        default: return error(.unreachable, String(describing: cause))
        }
    }

    private static func nanoseconds(since began: ContinuousClock.Instant) -> Int64 {
        let (seconds, attoseconds) = (ContinuousClock.now - began).components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    private func error(_ code: ServiceCallError.Code, _ detail: String) -> ServiceCallError {
        ServiceCallError(code, callee: callee, detail: detail)
    }
}
