import ServiceKit

/// One of the four services, as the installation knows it.
enum Member: String, CaseIterable, Sendable {
    case auth, policy, hr, audit

    /// Its place in the order of ports.
    var position: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// The executable beside `bailiwick`, whose name is also that of its target.
    var executable: String {
        switch self {
        case .auth: "AuthService"
        case .policy: "PolicyEngine"
        case .hr: "HRService"
        case .audit: "AuditService"
        }
    }

    /// What the others call it in service tokens.
    var serviceName: ServiceName {
        switch self {
        case .auth: .auth
        case .policy: .policy
        case .hr: .hr
        case .audit: .audit
        }
    }

    /// Whether it seals values, and so holds the key-encryption key.
    var sealsValues: Bool { self == .auth || self == .hr }
}
