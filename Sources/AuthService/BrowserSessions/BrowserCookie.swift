import ServiceKit

/// The cookie of a browser session.
enum BrowserCookie {
    /// `__Host-`: of this very host, for every path, only over TLS or to the own machine (RFC 6265bis §4.1.3.2).
    static let name = "__Host-bailiwick_session"

    /// `Lax`, not `Strict`: an application sends the browser here, and whoever is signed in is to be known then. What
    /// changes something is guarded besides (``PageGuard``).
    private static let attributes = "Path=/; Secure; HttpOnly; SameSite=Lax"

    /// The token of a call, when it has exactly one.
    static func token(of call: Call) -> OpaqueToken? {
        call.cookie(name).flatMap { OpaqueToken(String($0), kind: .browser) }
    }

    /// What `Set-Cookie` says. Without a `Max-Age`: it goes with the browser, and the server ends it sooner or later.
    static func header(_ token: OpaqueToken) -> String { "\(name)=\(token.text); \(attributes)" }

    /// What takes it away.
    static let removal = "\(name)=; \(attributes); Max-Age=0"
}

extension Call {
    /// The value of a cookie, when exactly one of that name came: two may mean that somebody else set one.
    func cookie(_ name: String) -> Substring? {
        let values = (headers[.cookie] ?? "").split(separator: ";").compactMap { pair -> Substring? in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0].drop(while: { $0 == " " }) == name else { return nil }
            return parts[1]
        }
        return values.count == 1 ? values[0] : nil
    }
}
