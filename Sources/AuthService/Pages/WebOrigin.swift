/// The origin of a URL (RFC 6454 §6.2) that configuration gave.
enum WebOrigin {
    /// `scheme://host[:port]` of an absolute URL, in lower case as browsers write it.
    static func of(_ url: String) -> String {
        guard let mark = url.firstRange(of: "://") else { return url }
        return url[..<mark.upperBound].lowercased()
            + url[mark.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }.lowercased()
    }
}
