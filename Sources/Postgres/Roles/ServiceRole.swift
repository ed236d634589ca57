/// A service's place in the database: its schema and the role that it logs in with. The role owns nothing.
public struct ServiceRole: Sendable, Hashable {
    /// The service's short name, which is its schema's name too.
    public let schema: String

    /// The Swift target of the service, in whose folder its migrations lie.
    public let target: String

    private init(_ schema: String, target: String) {
        self.schema = schema
        self.target = target
    }

    /// AuthService.
    public static let auth = ServiceRole("auth", target: "AuthService")
    /// PolicyEngine.
    public static let policy = ServiceRole("policy", target: "PolicyEngine")
    /// HRService.
    public static let hr = ServiceRole("hr", target: "HRService")
    /// AuditService.
    public static let audit = ServiceRole("audit", target: "AuditService")

    /// All four.
    public static let all: [ServiceRole] = [.auth, .policy, .hr, .audit]

    /// The role that the service logs in with.
    public var role: String { "bailiwick_\(schema)" }

    /// The role that owns the schemas and runs migrations.
    public static let migrator = "bailiwick_migrator"
}
