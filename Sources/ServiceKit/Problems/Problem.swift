public import HTTPTypes
public import WireFormat

/// An answer that says what went wrong, as RFC 9457 has it. Throw one from a handler; `ProblemMapper` writes it.
public struct Problem: Error, Sendable, Hashable {
    /// The HTTP status.
    public var status: HTTPResponse.Status
    /// A short name, such as `no-grant`; the member `type` is `urn:bailiwick:problem:` and this.
    public var code: String
    /// A sentence that is the same for every problem of this code.
    public var title: String
    /// What happened in this case. Never holds a secret or another person's data.
    public var detail: String?
    /// The places in the request that are wrong.
    public var errors: [FieldError]
    /// Further members, such as `decision_id`.
    public var members: [String: JSONValue]
    /// Further header fields, such as `Retry-After`.
    public var headers: HTTPFields

    /// A problem of any kind; the usual ones have factories below.
    public init(
        _ status: HTTPResponse.Status, _ code: String, title: String, detail: String? = nil,
        errors: [FieldError] = [], members: [String: JSONValue] = [:], headers: HTTPFields = [:]
    ) {
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.errors = errors
        self.members = members
        self.headers = headers
    }

    /// The same problem with one more member.
    public func adding(_ name: String, _ value: JSONValue) -> Problem {
        var problem = self
        problem.members[name] = value
        return problem
    }

    /// The same problem with one more header field.
    public func adding(header name: HTTPField.Name, _ value: String) -> Problem {
        var problem = self
        problem.headers[name] = value
        return problem
    }

    /// The members of RFC 9457 §3.1, `request_id`, `errors` and the further ones, which cannot replace these.
    package func wire(requestID: RequestID) -> JSONValue {
        var object = members
        object["type"] = .string("urn:bailiwick:problem:" + code)
        object["title"] = .string(title)
        object["status"] = .integer(Int64(status.code))
        object["request_id"] = .string(requestID.text)
        if let detail { object["detail"] = .string(detail) }
        if !errors.isEmpty {
            object["errors"] = .array(
                errors.map { .object(["pointer": .string($0.pointer), "detail": .string($0.detail)]) })
        }
        return .object(object)
    }
}

/// An error of another module that knows which problem it is. `ProblemMapper` asks for it.
public protocol ProblemConvertible: Error {
    /// What the caller of the route is told.
    var problem: Problem { get }
}
