/// The name of a service as it stands in service tokens (`iss`, `aud`) and in the key registry.
public struct ServiceName: Hashable, Sendable, CustomStringConvertible {
    /// The name as it goes over the wire.
    public let text: String

    /// A name of lower-case letters, digits and hyphens, at most 32 of them; anything else is refused.
    public init?(_ text: String) {
        guard (1...32).contains(text.utf8.count) else { return nil }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                continue
            default:
                return nil
            }
        }
        self.text = text
    }

    private init(known text: String) {
        self.text = text
    }

    /// AuthService, the identity service.
    public static let auth = ServiceName(known: "auth")
    /// PolicyEngine, the policy decision point.
    public static let policy = ServiceName(known: "policy")
    /// HRService, the HR domain.
    public static let hr = ServiceName(known: "hr")
    /// AuditService, the audit sink.
    public static let audit = ServiceName(known: "audit")
    /// The operator's command-line tool.
    public static let `operator` = ServiceName(known: "bailiwick")

    /// The four services and the tool, in the order of their ports.
    public static let all: [ServiceName] = [.auth, .policy, .hr, .audit, .operator]

    /// The name itself.
    public var description: String { text }
}
