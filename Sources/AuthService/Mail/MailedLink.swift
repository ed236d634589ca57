import ServiceKit
import WireFormat

/// A link that goes to one address by mail and lets in whoever follows it first: 256 random bits, of which the tables
/// have the hash alone, good once and not for long. Nobody but the mail's reader ever sees the token.
struct MailedLink: Sendable {
    /// Long enough to open one's mail, short enough that an old mailbox holds nothing of use.
    static let lifetime: Duration = .seconds(1800)

    /// What the table keeps of the token.
    let hash: [UInt8]
    /// When it is no longer good.
    let expires: Instant
    /// The mail, to be posted in the transaction that keeps the hash.
    let letter: Postbox.Letter
}

extension Postbox {
    /// Makes a link and the sealed mail that brings it.
    ///
    /// - Parameters:
    ///   - page: the page that the link leads to; it sends the token on by POST.
    ///   - text: the mail around the link.
    func mailedLink(
        _ kind: OpaqueToken.Kind, tenant: TenantID = .system, page: String, now: Instant,
        text: (_ link: String) throws -> MailMessage
    ) async throws -> MailedLink {
        let token = OpaqueToken.generate(kind, tenant: tenant)
        let expires = now.adding(MailedLink.lifetime)
        return MailedLink(
            hash: token.hash, expires: expires,
            letter: try await letter(text(link(page, token: token)), now: now, expires: expires))
    }

    /// To a page, which sends the token on by POST when its reader says so.
    private func link(_ page: String, token: OpaqueToken) -> String { "\(linkBase)/\(page)?token=\(token.text)" }
}
