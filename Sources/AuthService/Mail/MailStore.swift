import Postgres
import SQLQuery
import WireFormat

/// A mail in the queue, still sealed.
struct QueuedMail: Sendable {
    let id: UUIDv7
    let sealed: [UInt8]
    /// Tries so far, this one included.
    let attempts: Int
}

/// All SQL about the queue of mails. A global table.
struct MailStore: Sendable {
    /// How long a copy of the service has for the mails that it took; afterwards another takes them.
    static let lease: Duration = .seconds(600)

    let database: Database
    let system: SystemScope

    /// Affects one row, or none when the queue is full.
    static func insert(_ id: UUIDv7, sealed: [UInt8], now: Instant, expires: Instant, mostQueued: Int) -> SQL {
        """
        INSERT INTO mail (id, message, next_attempt_at, expires_at, created_at)
        SELECT \(id), \(sealed), \(now), \(expires), \(now)
        WHERE (SELECT count(*) FROM mail) < \(mostQueued)
        """
    }

    /// Takes mails that are due; no other copy takes them before the lease is over. A copy that ends between sending and
    /// ``remove(_:)`` leaves a mail that is sent twice: better than never.
    func take(most: Int, now: Instant) async throws -> [QueuedMail] {
        let rows = try await database.query(
            system,
            """
            UPDATE mail SET attempts = attempts + 1, next_attempt_at = \(now.adding(Self.lease))
            WHERE id IN (
                SELECT id FROM mail WHERE next_attempt_at <= \(now) AND expires_at > \(now)
                ORDER BY next_attempt_at LIMIT \(most) FOR UPDATE SKIP LOCKED)
            RETURNING id, message, attempts
            """)
        return try rows.map { row in
            QueuedMail(id: try row.get("id"), sealed: try row.get("message"), attempts: try row.get("attempts"))
        }
    }

    /// It was sent, or never will be.
    func remove(_ id: UUIDv7) async throws {
        try await database.execute(system, "DELETE FROM mail WHERE id = \(id)")
    }

    /// Once more, at `next`.
    func postpone(_ id: UUIDv7, to next: Instant) async throws {
        try await database.execute(system, "UPDATE mail SET next_attempt_at = \(next) WHERE id = \(id)")
    }

    /// Mails whose time is over; how many there were.
    func prune(now: Instant) async throws -> Int {
        try await database.execute(system, "DELETE FROM mail WHERE expires_at <= \(now)")
    }
}
