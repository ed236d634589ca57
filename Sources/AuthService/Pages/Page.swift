import ServiceKit

/// A page as it is sent.
struct Page: Sendable {
    /// The files of `Templates`.
    enum Template: String, Sendable, CaseIterable {
        case signIn = "sign-in"
        case code
        case organisations
        case consent
        case account
        case link
        case signOut = "sign-out"
        case message
    }

    let template: Template
    let title: String
    var status: HTTPResponse.Status = .ok
    /// What went wrong; announced, and focused.
    var alert: String?
    /// What the template shows besides.
    var fields: [String: any Sendable] = [:]
    /// Where its form may lead in the end, besides our own pages: browsers hold `form-action` against redirects too.
    var formTarget: String?
    /// Further header fields, such as `Retry-After`.
    var headers: HTTPFields = [:]

    /// Nothing inline, nothing from elsewhere, in nobody's frame (W3C CSP Level 3).
    var securityPolicy: String {
        let targets = ["'self'", formTarget].compactMap { $0 }.joined(separator: " ")
        return "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
            + "form-action \(targets); base-uri 'none'; frame-ancestors 'none'"
    }
}
