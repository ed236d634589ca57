import ServiceKit

/// Where an application may have the browser sent. Compared byte by byte with what was registered (RFC 9700 §2.1).
enum RedirectURI {
    /// Longer ones do not fit every browser beside a code and a state.
    static let longest = 1024
    /// Hosts of the own machine, to which plain HTTP is as safe as TLS (RFC 8252 §7.3).
    private static let loopbackHosts: Set<String> = ["127.0.0.1", "[::1]", "localhost"]

    /// What is wrong with one that is to be registered, or nil: `https`, `http` to the own machine, or a scheme that an
    /// app owns by its domain's name (RFC 8252 §7.1); no fragment, no user, nothing to be escaped.
    static func complaint(_ text: String) -> String? {
        guard (1...longest).contains(text.utf8.count),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && !"\"'<>\\^`{|}*,;".utf8.contains($0) })
        else { return "must be 1 to \(longest) visible ASCII characters of a URI, without `*`, `,` and `;`" }
        guard !text.contains("#") else { return "must not have a fragment" }
        guard let colon = text.firstIndex(of: ":") else { return "must be absolute" }
        let scheme = text[..<colon]
        let rest = text[text.index(after: colon)...]
        switch scheme {
        case "https", "http":
            guard rest.hasPrefix("//") else { return "must name a host" }
            let authority = rest.dropFirst(2).prefix { $0 != "/" && $0 != "?" }
            guard !authority.isEmpty, !authority.contains("@"), authority == authority.lowercased() else {
                return "must name a host in lower case, and no user"
            }
            guard scheme == "https" || loopbackHosts.contains(host(authority)) else {
                return "must be `https`, but for the own machine"
            }
            return nil
        default:
            let isOwned =
                scheme.contains(".") && scheme.first?.isLetter == true
                && scheme.utf8.allSatisfy { byte in
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: ".")
                        || byte == UInt8(ascii: "-")
                }
            return isOwned ? nil : "must be `https`, or a scheme in lower case with a dot, such as `com.example.app`"
        }
    }

    /// What a Content-Security-Policy calls its place: browsers hold `form-action` against redirects as well.
    static func policySource(of uri: String) -> String {
        guard uri.hasPrefix("https://") || uri.hasPrefix("http://") else {
            return String(uri.prefix { $0 != ":" }) + ":"
        }
        return WebOrigin.of(uri)
    }

    /// `uri` with more parameters in its query (RFC 6749 §4.1.2).
    static func adding(_ parameters: [(String, String)], to uri: String) -> String {
        let query = parameters.map { PercentEncoding.encode($0.0) + "=" + PercentEncoding.encode($0.1) }
            .joined(separator: "&")
        guard !query.isEmpty else { return uri }
        guard uri.contains("?") else { return uri + "?" + query }
        return uri + (uri.hasSuffix("?") || uri.hasSuffix("&") ? "" : "&") + query
    }

    private static func host(_ authority: Substring) -> String {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") { return String(authority[...end]) }
        return String(authority.prefix { $0 != ":" })
    }
}
