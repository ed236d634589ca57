public import HTTPTypes
public import WireFormat

/// An answer of another service whose token verified. Any status can be in it.
public struct ServiceReply: Sendable {
    /// The status.
    public let status: HTTPResponse.Status
    /// The header fields; only `Content-Type` and `ETag` are bound by the token.
    public let headers: HTTPFields
    /// The body.
    public let body: [UInt8]
    let callee: ServiceName

    /// A part of an answer that carried several, each with a status and a body of its own; `self` is the whole.
    package func part(status: HTTPResponse.Status, body: JSONValue) -> ServiceReply {
        ServiceReply(status: status, headers: [:], body: body.bytes(), callee: callee)
    }

    /// Whether the status is one of success.
    public var isSuccess: Bool { status.kind == .successful }

    /// The body as JSON; `.null` when there is none.
    public func json() throws(ServiceCallError) -> JSONValue {
        if body.isEmpty { return .null }
        do {
            let limits = JSONLimits(bytes: ServiceClient.maximumReplyLength, depth: JSONLimits.standard.depth)
            return try JSONValue.parse(body, limits: limits)
        } catch {
            throw ServiceCallError(.unreadable, callee: callee, detail: error.description)
        }
    }

    /// The answer as a value.
    public func decode<Body: WireBody>(_ type: Body.Type = Body.self) throws(ServiceCallError) -> Body {
        let value = try json()
        do {
            return try Body.decode(from: value)
        } catch {
            let first = error.errors.first
            throw ServiceCallError(
                .unreadable, callee: callee, detail: "\(first?.pointer ?? ""): \(first?.detail ?? "wrong fields")")
        }
    }

    /// The problem that a status of failure carries; nil for success. Its members are passed on, its `type` is kept.
    public var problem: Problem? {
        guard !isSuccess else { return nil }
        let members = (try? json())?.object ?? [:]
        let prefix = "urn:bailiwick:problem:"
        let type = members["type"]?.string ?? ""
        var problem = Problem(
            status, type.hasPrefix(prefix) ? String(type.dropFirst(prefix.count)) : "dependency-failed",
            title: members["title"]?.string ?? "A part of the service answered \(status.code)",
            detail: members["detail"]?.string,
            errors: (members["errors"]?.array ?? []).compactMap { error in
                guard let pointer = error["pointer"]?.string, let detail = error["detail"]?.string else { return nil }
                return FieldError(pointer: pointer, detail: detail)
            })
        for (name, value) in members
        where !["type", "title", "status", "detail", "errors", "request_id"].contains(name) {
            problem.members[name] = value
        }
        if let pause = headers[.retryAfter] { problem.headers[.retryAfter] = pause }
        return problem
    }
}
