import PolicyCore
import ServiceKit
import WireFormat

/// Who asks, as far as it has been verified: the access token, and the service that passes it on.
struct Asker: Sendable {
    let token: AccessToken
    /// Nil on the public listener: then it is the person herself, or her program.
    let service: ServiceName?
    /// The address of the public caller; an enforcing service states the one that it saw.
    let ip: String
    let requestID: RequestID
    /// The engine's clock.
    let now: Instant

    /// The asker of a call.
    init(_ call: Call, service: ServiceName?) throws(Problem) {
        self.init(token: try call.user, service: service, ip: call.clientIP, requestID: call.id, now: call.received)
    }

    init(token: AccessToken, service: ServiceName?, ip: String, requestID: RequestID, now: Instant) {
        self.token = token
        self.service = service
        self.ip = ip
        self.requestID = requestID
        self.now = now
    }

    /// The subject's facts: all from the token.
    var subject: Subject {
        Subject(
            tenant: token.tenant.text, id: token.subject.text, roles: token.roles, employeeID: token.employeeID?.text,
            amr: token.amr, authTime: token.authTime, act: Self.hops(token.act))
    }

    /// RFC 8693 §4.1, the current actor outermost. A hop without roles holds none, and so allows nothing.
    private static func hops(_ act: JSONValue?) -> [Subject.Hop] {
        var hops: [Subject.Hop] = []
        var next = act
        while let hop = next {
            hops.append(
                Subject.Hop(id: hop["sub"]?.string ?? "", roles: (hop["roles"]?.array ?? []).compactMap(\.string)))
            next = hop["act"]
        }
        return hops
    }
}
