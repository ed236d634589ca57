import ServiceKit

/// Keeps other sites' pages from acting with a person's cookie. Every request of a page that changes something passes
/// here: it has to come from one of our own pages, and the browser has to say so in both of the header fields that no
/// page can write (RFC 6454 §7.3, W3C Fetch Metadata §2.3).
struct PageGuard: Sendable {
    /// Where our pages are, by configuration; a request's `Host` and `X-Forwarded-*` have no say.
    let origins: Set<String>

    /// - Parameter urls: the public URLs of this service: the issuer, and the base of mailed links. A development one on
    ///   `127.0.0.1` is `localhost` as well, since passkeys take no address for a domain.
    init(of urls: [String]) {
        let named = urls.map(WebOrigin.of)
        origins = Set(named + named.map { $0.replacing("://127.0.0.1", with: "://localhost") })
    }

    /// - Throws: 403 to whatever does not come from a page of ours.
    func admit(_ call: Call) throws(Problem) {
        let sites = call.headers[values: .fetchSite]
        let sources = call.headers[values: .origin]
        guard sources.count == 1, origins.contains(sources[0]), sites == ["same-origin"] else {
            throw .foreignPage
        }
    }
}

extension HTTPField.Name {
    /// `Sec-Fetch-Site` (W3C Fetch Metadata §2.3); a token, which a test reads.
    static let fetchSite = HTTPField.Name("Sec-Fetch-Site") ?? .origin
    /// `X-Frame-Options` (RFC 7034), for browsers that do not read `frame-ancestors`.
    static let frameOptions = HTTPField.Name("X-Frame-Options") ?? .origin
    /// `Referrer-Policy` (W3C).
    static let referrerPolicy = HTTPField.Name("Referrer-Policy") ?? .origin
}

extension Problem {
    /// The request does not come from one of our pages, or the browser does not say where from.
    static let foreignPage = Problem.forbidden(
        "foreign-page", detail: "this form was sent from somewhere else, or by a browser that is too old; open it anew")
}
