import Logging
import Postgres
import ServiceLifecycle
import WireFormat

/// Empties the queue of mails, at least once each. Every copy of the service runs one; the table shares the work out.
struct MailRelay: Service {
    /// How long it looks away when nothing was due: nobody waits for a mail more closely than that.
    static let pause: Duration = .milliseconds(250)
    /// Taken at a time; with the longest timeout each, they fit into a lease twice.
    static let mostAtOnce = 10
    /// The wait after the first failure; doubled after each, since a server that is down stays so for a while.
    static let firstDelay: Duration = .seconds(10)
    /// No wait is longer: a link lives half an hour.
    static let longestDelay: Duration = .seconds(300)
    /// Doublings until the longest delay has been reached.
    private static let mostDoublings = 6

    let store: MailStore
    let secrets: IdentitySecrets
    let transport: any MailTransport
    let logger: Logger
    let now: @Sendable () -> Instant

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                var sent = 0
                do {
                    sent = try await turn()
                } catch {
                    logger.warning("mails were not sent", metadata: ["error": "\(error)"])
                }
                if sent == 0 { try? await Task.sleep(for: Self.pause) }
            }
        }
    }

    /// Tries what is due now.
    ///
    /// - Returns: how many were tried.
    func turn() async throws -> Int {
        let due = try await store.take(most: Self.mostAtOnce, now: now())
        for mail in due { try await deliver(mail) }
        return due.count
    }

    private func deliver(_ mail: QueuedMail) async throws {
        guard let message = try await secrets.openMail(mail.sealed, id: mail.id) else {
            logger.error("a mail in the queue cannot be read", metadata: ["mail": .string(mail.id.text)])
            return try await store.remove(mail.id)
        }
        do {
            try await transport.send(message, id: mail.id, at: now())
            try await store.remove(mail.id)
        } catch let failure as MailFailure {
            logger.warning(
                "a mail was not taken",
                metadata: [
                    "mail": .string(mail.id.text), "attempt": .stringConvertible(mail.attempts),
                    "is_permanent": .stringConvertible(failure.isPermanent), "cause": .string(failure.description),
                ])
            if failure.isPermanent { return try await store.remove(mail.id) }
            let delay = Self.firstDelay * (1 << min(mail.attempts - 1, Self.mostDoublings))
            try await store.postpone(mail.id, to: now().adding(min(delay, Self.longestDelay)))
        }
    }
}
