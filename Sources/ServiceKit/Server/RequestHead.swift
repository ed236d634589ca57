import HTTPTypes
import WireFormat

/// What the dispatcher reads of a request's head before it reads anything else.
struct RequestHead: Sendable {
    let method: HTTPRequest.Method
    /// Path and query as they were sent: the claim `htu`.
    let target: String
    let path: Substring
    let query: Substring
    let headers: HTTPFields
    let id: RequestID
    let received: Instant
    let started: ContinuousClock.Instant

    init(_ head: HTTPRequest) {
        let target = head.path ?? ""
        let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
        self.method = head.method
        self.target = target
        self.path = target[..<mark]
        self.query = target[mark...].dropFirst()
        self.headers = head.headerFields
        self.id = head.headerFields[.requestID].flatMap(RequestID.init) ?? .generate()
        self.received = .now()
        self.started = .now
    }

    /// What `Content-Length` says.
    enum Length: Equatable {
        case none
        case known(Int)
        case chunked
        case invalid
    }

    var length: Length {
        if let text = headers[.contentLength] {
            guard let length = Int(text), length >= 0 else { return .invalid }
            return length == 0 ? .none : .known(length)
        }
        return headers[.transferEncoding] == nil ? .none : .chunked
    }

    /// The number of `Content-Length`; 0 when there is none.
    var knownLength: Int {
        if case .known(let length) = length { length } else { 0 }
    }

    /// The token of `Authorization: Bearer …`.
    var bearer: String? {
        guard let value = headers[.authorization], value.utf8.count > 7,
            value.prefix(7).lowercased() == "bearer "
        else { return nil }
        return String(value.dropFirst(7))
    }
}
