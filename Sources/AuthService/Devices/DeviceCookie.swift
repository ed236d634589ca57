import ServiceKit

/// The cookie by which a device is known again. It signs nobody in: it only takes its bearer's tries out of the count of
/// strangers.
enum DeviceCookie {
    /// `__Host-`: of this very host, for every path, only over TLS or to the own machine (RFC 6265bis §4.1.3.2).
    static let name = "__Host-bailiwick_device"

    /// The token of a call, when it has exactly one.
    static func token(of call: Call) -> OpaqueToken? {
        call.cookie(name).flatMap { OpaqueToken(String($0), kind: .device) }
    }

    /// What `Set-Cookie` says.
    static func header(_ token: OpaqueToken) -> String {
        let seconds = KnownDevice.lifetime.components.seconds
        return "\(name)=\(token.text); Path=/; Max-Age=\(seconds); Secure; HttpOnly; SameSite=Strict"
    }
}
