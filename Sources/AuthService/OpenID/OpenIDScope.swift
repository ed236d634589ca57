import WireFormat

/// What an application may be given of a member (RFC 6749 §3.3, OpenID Connect Core §5.4).
enum OpenIDScope: String, Sendable, CaseIterable {
    /// Who somebody is: an ID token, and `sub` at userinfo.
    case openid
    /// The address that the organisation knows somebody by.
    case email
    /// Which organisation, and with which roles.
    case organisation
    /// A refresh token: tokens without the browser, until the sign-in ends.
    case offlineAccess = "offline_access"
    /// Doing in this product whatever the member may do.
    case api

    /// What the consent page says.
    var summary: String {
        switch self {
        case .openid: "know who you are at each sign-in"
        case .email: "see your e-mail address"
        case .organisation: "see your organisation and your roles in it"
        case .offlineAccess: "stay signed in while its window is closed, at most until this sign-in ends"
        case .api: "read and change in this product whatever you may, on your behalf"
        }
    }

    /// The scopes of a `scope` parameter that this product knows, in its own order. Others count for nothing (OpenID
    /// Connect Core §3.1.2.1).
    static func known(in text: String) -> [OpenIDScope] {
        let named = Set(text.split(separator: " ").map(String.init))
        return allCases.filter { named.contains($0.rawValue) }
    }

    /// As `scope` says it.
    static func text(_ scopes: [OpenIDScope]) -> String { scopes.map(\.rawValue).joined(separator: " ") }

    /// Reads what is stored; a name that this release does not know gives nothing.
    static func list(_ names: [String]) -> [OpenIDScope] { allCases.filter { names.contains($0.rawValue) } }
}
