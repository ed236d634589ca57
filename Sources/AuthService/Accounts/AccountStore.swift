import Postgres
import SQLQuery
import WireFormat

/// All SQL about accounts, their factors and their memberships. Global tables.
struct AccountStore: Sendable {
    /// Wrong passwords in a row, from devices that it does not know, before the account rests for such devices.
    static let failuresBeforeLock = 10
    /// How long it rests: a guesser gets 40 tries an hour, a person a coffee.
    static let lockDuration: Duration = .seconds(900)

    let database: Database
    let system: SystemScope

    /// The account whose address has this keyed index.
    func find(emailIndex: [UInt8]) async throws -> Account? {
        let rows = try await database.query(
            system, "SELECT id, password_hash, locked_until FROM account WHERE email_index = \(emailIndex)")
        return try rows.first.map { row in
            Account(
                id: try row.get("id"), passwordHash: try row.get("password_hash"),
                lockedUntil: try row.get("locked_until"))
        }
    }

    /// The organisations that it may sign in to, in a stable order.
    func memberships(of account: UUIDv7) async throws -> [Membership] {
        let rows = try await database.query(
            system, "SELECT account, tenant, member FROM membership WHERE account = \(account) ORDER BY tenant")
        return try rows.map { row in
            Membership(account: try row.get("account"), tenant: try row.get("tenant"), member: try row.get("member"))
        }
    }

    /// Counts a wrong password of a stranger, and locks the account to strangers when it is one too many.
    ///
    /// - Returns: whether it was this one.
    func countFailure(of account: UUIDv7, now: Instant) async throws -> Bool {
        let until = now.adding(Self.lockDuration)
        let rows = try await database.query(
            system,
            """
            UPDATE account
            SET failed_attempts = CASE WHEN failed_attempts + 1 >= \(Self.failuresBeforeLock) THEN 0 ELSE failed_attempts + 1 END,
                locked_until = CASE WHEN failed_attempts + 1 >= \(Self.failuresBeforeLock) THEN \(until) ELSE locked_until END
            WHERE id = \(account)
            RETURNING failed_attempts = 0 AS is_locking
            """)
        return try rows.first?.get("is_locking") ?? false
    }

    /// A new hash of the same password, after the cost was raised; unless the password was changed meanwhile.
    ///
    /// - Returns: whether it was still the old one.
    @discardableResult
    func replaceHash(of account: UUIDv7, from old: String, to new: String) async throws -> Bool {
        try await database.execute(
            system, "UPDATE account SET password_hash = \(new) WHERE id = \(account) AND password_hash = \(old)") == 1
    }

    /// The account's own address, sealed.
    func sealedEmail(of account: UUIDv7) async throws -> [UInt8]? {
        let rows = try await database.query(system, "SELECT email FROM account WHERE id = \(account)")
        return try rows.first?.get("email")
    }

    /// The account's TOTP factor.
    func totp(of account: UUIDv7) async throws -> TOTPFactor? {
        let rows = try await database.query(
            system, "SELECT account, secret, last_step FROM totp WHERE account = \(account)")
        return try rows.first.map {
            TOTPFactor(
                account: try $0.get("account"), sealedSecret: try $0.get("secret"), lastStep: try $0.get("last_step"))
        }
    }

    /// Whether the account has a factor besides its password: an authenticator app or a passkey. Recovery codes are
    /// none; they stand in for one.
    func hasSecondFactor(_ account: UUIDv7) async throws -> Bool {
        let rows = try await database.query(
            system,
            """
            SELECT EXISTS (SELECT FROM totp WHERE account = \(account))
                OR EXISTS (SELECT FROM passkey WHERE account = \(account)) AS has_factor
            """)
        return try rows.first?.get("has_factor") ?? false
    }

    // MARK: Statements of other capabilities' transactions

    /// A sign-in that went all the way forgets the wrong passwords before it.
    static func forgetFailures(of account: UUIDv7) -> SQL {
        "UPDATE account SET failed_attempts = 0, locked_until = NULL WHERE id = \(account)"
    }

    /// A new password. What was counted of the old one is forgotten.
    static func setPassword(_ hash: String, of account: UUIDv7) -> SQL {
        """
        UPDATE account SET password_hash = \(hash), failed_attempts = 0, locked_until = NULL WHERE id = \(account)
        """
    }

    /// Uses a time step of the account's factor: affects one row, once for each step, however many try at a time.
    static func useStep(_ step: Int64, of account: UUIDv7) -> SQL {
        "UPDATE totp SET last_step = \(step) WHERE account = \(account) AND last_step < \(step)"
    }

    /// The same, unless the app was replaced since `factor` was read: its code was then one of the former app.
    static func useStep(_ step: Int64, of factor: TOTPFactor) -> SQL {
        """
        UPDATE totp SET last_step = \(step)
        WHERE account = \(factor.account) AND last_step < \(step) AND secret = \(factor.sealedSecret)
        """
    }

    static func insert(_ id: UUIDv7, email: [UInt8], emailIndex: [UInt8], passwordHash: String) -> SQL {
        """
        INSERT INTO account (id, email, email_index, password_hash)
        VALUES (\(id), \(email), \(emailIndex), \(passwordHash))
        """
    }

    static func insertTOTP(_ account: UUIDv7, secret: [UInt8], lastStep: Int64) -> SQL {
        "INSERT INTO totp (account, secret, last_step) VALUES (\(account), \(secret), \(lastStep))"
    }

    static func insert(_ membership: Membership) -> SQL {
        """
        INSERT INTO membership (account, tenant, member)
        VALUES (\(membership.account), \(membership.tenant), \(membership.member))
        """
    }

    static func removeMembership(tenant: TenantID, member: UUIDv7) -> SQL {
        "DELETE FROM membership WHERE tenant = \(tenant) AND member = \(member)"
    }
}
