/// The origin of a URL (RFC 6454 §6.2) that configuration gave.
enum WebOrigin {
    /// `scheme://host[:port]` of an absolute URL.
    static func of(_ url: String) -> String {
        guard let mark = url.firstRange(of: "://") else { return url }
        return String(url[..<mark.upperBound])
            + String(url[mark.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" })
    }
}
