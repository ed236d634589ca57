import Postgres
import SQLQuery
import WireFormat

/// A sign-in whose password was right.
struct PendingSignIn: Sendable {
    let id: UUIDv7
    let account: UUIDv7
    /// The organisation that was named.
    let organisation: TenantID?
    /// Codes that were tried, this one included.
    var attempts: Int64 = 0

    /// Whether the challenge takes no more: nobody who holds the factor needs as many.
    var isExhausted: Bool { attempts >= SignInStore.mostAttempts }
}

/// All SQL about challenges. A global table: an account signs in before a tenant is chosen.
struct SignInStore: Sendable {
    /// Codes that may be tried on one challenge.
    static let mostAttempts = 5
    /// A person finds the phone in five minutes.
    static let lifetime: Duration = .seconds(300)

    let database: Database
    let system: SystemScope

    /// Keeps a challenge, unless the password was changed since it was checked.
    ///
    /// - Parameter password: the stored form that was right.
    /// - Returns: whether it is kept.
    func insert(
        _ pending: PendingSignIn, hash: [UInt8], password: String, now: Instant, expires: Instant
    ) async throws -> Bool {
        // The lock waits for a change that is under way, and then sees its result.
        try await database.execute(
            system,
            """
            INSERT INTO sign_in_challenge (id, token_hash, account, organisation, created_at, expires_at)
            SELECT \(pending.id), \(hash), id, \(pending.organisation.sqlValue), \(now), \(expires)
            FROM account WHERE id = \(pending.account) AND password_hash = \(password) FOR SHARE
            """) == 1
    }

    /// The account's password was changed: what the old one began is over.
    static func dropAll(of account: UUIDv7) -> SQL { "DELETE FROM sign_in_challenge WHERE account = \(account)" }

    /// Counts an attempt before the code is looked at, so that attempts at the same time are bounded too; nil when the
    /// challenge takes none.
    func attempt(hash: [UInt8], now: Instant) async throws -> PendingSignIn? {
        let rows = try await database.query(
            system,
            """
            UPDATE sign_in_challenge SET attempts = attempts + 1
            WHERE token_hash = \(hash) AND consumed_at IS NULL AND expires_at > \(now) AND attempts < \(Self.mostAttempts)
            RETURNING id, account, organisation, attempts::bigint AS attempts
            """)
        return try rows.first.map { row in
            PendingSignIn(
                id: try row.get("id"), account: try row.get("account"), organisation: try row.get("organisation"),
                attempts: try row.get("attempts"))
        }
    }

    /// Affects one row, once.
    static func consume(_ id: UUIDv7, now: Instant) -> SQL {
        "UPDATE sign_in_challenge SET consumed_at = \(now) WHERE id = \(id) AND consumed_at IS NULL"
    }

    /// Challenges that nobody can use any more.
    func prune(now: Instant) async throws {
        try await database.execute(system, "DELETE FROM sign_in_challenge WHERE expires_at < \(now)")
    }
}
