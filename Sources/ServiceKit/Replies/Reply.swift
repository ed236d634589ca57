public import HTTPTypes
public import WireFormat

/// What a handler answers: always whole.
public struct Reply: Sendable {
    /// The status.
    public var status: HTTPResponse.Status
    /// Header fields beside those that every answer has.
    public var headers: HTTPFields
    /// The body.
    public var body: [UInt8]

    /// An answer of any kind.
    public init(status: HTTPResponse.Status, headers: HTTPFields = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// JSON.
    public static func json(
        _ value: JSONValue, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Reply {
        var headers = headers
        headers[.contentType] = "application/json"
        return Reply(status: status, headers: headers, body: value.bytes())
    }

    /// A value as JSON.
    public static func json(
        _ value: some WireEncodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Reply {
        .json(value.wire, status: status, headers: headers)
    }

    /// No body.
    public static func empty(_ status: HTTPResponse.Status = .noContent, headers: HTTPFields = [:]) -> Reply {
        Reply(status: status, headers: headers)
    }

    /// Text of a given type, such as `text/csv; charset=utf-8`.
    public static func text(
        _ text: String, type: String = "text/plain; charset=utf-8", status: HTTPResponse.Status = .ok
    ) -> Reply {
        Reply(status: status, headers: [.contentType: type], body: Array(text.utf8))
    }

    /// A page of a list, as DESIGN §8 has it; further members stand beside `items` and `next_cursor`.
    public static func page(
        _ items: [JSONValue], next: String?, members: [String: JSONValue] = [:], headers: HTTPFields = [:]
    ) -> Reply {
        var object = members
        object["items"] = .array(items)
        object["next_cursor"] = next.map { .string($0) } ?? .null
        return .json(.object(object), headers: headers)
    }

    /// The same answer with an entity tag.
    public func tagged(_ tag: ETag) -> Reply {
        var reply = self
        reply.headers[.eTag] = tag.header
        return reply
    }

    /// The same answer with one more header field.
    public func adding(_ name: HTTPField.Name, _ value: String) -> Reply {
        var reply = self
        reply.headers[name] = value
        return reply
    }
}
