import HTTPTypes
import ServiceKit

/// Whether a form that was sent comes from a page of ours. Browsers say so themselves, and no page can make them lie
/// (Fetch Metadata §2, RFC 6454 §7).
struct FormOrigin: Sendable {
    /// `Sec-Fetch-Site`.
    static let siteField = "Sec-Fetch-Site"

    /// Our origins, as browsers write them.
    let own: Set<String>

    /// The origins of these base URLs.
    init(of urls: [String]) {
        own = Set(urls.compactMap(Self.origin))
    }

    /// Scheme, host and port of a URL; nil when it has none.
    static func origin(of url: String) -> String? {
        guard let scheme = url.firstRange(of: "://") else { return nil }
        let host = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return host.isEmpty ? nil : url[..<scheme.upperBound].lowercased() + host.lowercased()
    }

    /// - Throws: 403 `foreign-form`. A form without either field comes from no browser of the last ten years.
    func judge(_ call: Call) throws(Problem) {
        let site = HTTPField.Name(Self.siteField).flatMap { call.headers[$0] }
        guard site == nil || site == "same-origin" else { throw .foreignForm }
        switch call.headers[.origin] {
        case nil: guard site != nil else { throw .foreignForm }
        // What a browser sends from a page whose policy is `no-referrer`, as ours is; then the site alone tells.
        case "null"?: guard site != nil else { throw .foreignForm }
        case let origin?: guard own.contains(origin) else { throw .foreignForm }
        }
    }
}

extension Problem {
    /// The form was sent from somebody else's page.
    static let foreignForm = Problem.forbidden(
        "foreign-form", detail: "the form was not sent from the page of its link; open the link of the mail again")
}
