import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// Where the service puts its mails: a bounded queue in the database, written in the transaction of the change that a
/// mail tells of. ``MailRelay`` empties it.
struct Postbox: Sendable {
    let secrets: IdentitySecrets
    let mostQueued: Int
    /// The base of all links, without a slash at its end: from the configuration, never from a request.
    let linkBase: String

    /// A mail that is ready to be queued inside a transaction.
    struct Letter: Sendable {
        fileprivate let insertion: SQL

        /// Queues it.
        ///
        /// - Throws: 503 `mail-queue-full`.
        func post(in transaction: Transaction) async throws {
            guard try await transaction.execute(insertion) == 1 else { throw Problem.mailQueueFull }
        }
    }

    /// Seals a mail, before the transaction that it belongs to.
    func letter(_ message: MailMessage, now: Instant, expires: Instant) async throws -> Letter {
        let id = UUIDv7.generate(at: now)
        let sealed = try await secrets.sealMail(message, id: id)
        return Letter(
            insertion: MailStore.insert(id, sealed: sealed, now: now, expires: expires, mostQueued: mostQueued))
    }
}

extension Problem {
    /// More mails wait than the configuration allows.
    static let mailQueueFull = Problem.unavailable(
        "mail-queue-full", detail: "too many mails wait to be sent", retryAfter: 60)

    /// There is neither a server nor a directory for mails.
    static let mailMissing = Problem.unavailable(
        "mail-not-configured", detail: "this installation sends no mail; ask its operator", retryAfter: 3600)
}
