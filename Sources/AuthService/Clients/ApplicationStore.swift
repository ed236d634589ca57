import Crypto
import Postgres
import SQLQuery
import WireFormat

/// All SQL about applications and their assertions. Global tables.
struct ApplicationStore: Sendable {
    let database: Database
    let system: SystemScope

    /// An application that has not ended.
    func find(_ id: UUIDv7) async throws -> Application? {
        let rows = try await database.query(
            system, "SELECT * FROM application WHERE id = \(id) AND ended_at IS NULL")
        return try rows.first.map(Self.read)
    }

    /// Takes note of an assertion: true once, however many present it at a time.
    func use(_ assertion: ClientAssertion) async throws -> Bool {
        try await database.execute(
            system,
            """
            INSERT INTO application_assertion (application, jti_hash, expires_at)
            VALUES (\(assertion.client), \(Array(SHA256.hash(data: Array(assertion.jti.utf8)))),
                    \(assertion.expires.adding(ClientAssertion.leeway + ClientAssertion.leeway)))
            ON CONFLICT DO NOTHING
            """) == 1
    }

    /// Assertions that are past their time anyway.
    func prune(now: Instant) async throws {
        try await database.execute(system, "DELETE FROM application_assertion WHERE expires_at < \(now)")
    }

    // MARK: Statements

    static func insert(_ application: Application) -> SQL {
        """
        INSERT INTO application (id, tenant, name, redirect_uris, post_logout_redirect_uris, scopes, authentication,
                                 secret_hash, jwks, created_at)
        VALUES (\(application.id), \(application.tenant), \(application.name), \(application.redirectURIs),
                \(application.postLogoutRedirectURIs), \(application.scopes.map(\.rawValue)),
                \(application.authentication.rawValue), \(application.secretHash.sqlValue),
                \((application.keys?.wire).sqlValue), \(application.createdAt))
        """
    }

    /// A tenant's applications that the gate lets through, in the order of their ids, with whether they are shown whole.
    static func page(tenant: TenantID, after: UUIDv7?, limit: Int, gate: ApplicationGate) -> SQL {
        let start: SQL = if let after { " AND a.id > \(after)" } else { "" }
        return """
            SELECT a.*, \(gate.readsRegistration) AS shows_registration FROM application a
            WHERE a.tenant = \(tenant) AND \(gate.rows)\(start)
            ORDER BY a.id LIMIT \(limit)
            """
    }

    /// One that the gate lets through, locked.
    static func locked(_ id: UUIDv7, tenant: TenantID, gate: ApplicationGate) -> SQL {
        "SELECT a.* FROM application a WHERE a.id = \(id) AND a.tenant = \(tenant) AND \(gate.rows) FOR UPDATE"
    }

    /// One that nobody ends while this transaction lasts.
    static func shared(_ id: UUIDv7, tenant: TenantID) -> SQL {
        "SELECT * FROM application WHERE id = \(id) AND tenant = \(tenant) AND ended_at IS NULL FOR SHARE"
    }

    static func end(_ id: UUIDv7, now: Instant) -> SQL {
        "UPDATE application SET ended_at = \(now) WHERE id = \(id) AND ended_at IS NULL"
    }

    static func read(_ row: Row) throws -> Application {
        guard
            let authentication = Application.Authentication(rawValue: try row.get("authentication"))
        else { throw DamagedRow(table: "application") }
        let jwks: JSONValue? = try row.get("jwks", as: JSONValue?.self)
        return Application(
            id: try row.get("id"), tenant: try row.get("tenant"), name: try row.get("name"),
            redirectURIs: try row.get("redirect_uris"),
            postLogoutRedirectURIs: try row.get("post_logout_redirect_uris"),
            scopes: OpenIDScope.list(try row.get("scopes")), authentication: authentication,
            secretHash: try row.get("secret_hash"), keys: try jwks.map { try ClientKeySet(wire: $0) },
            createdAt: try row.get("created_at"), endedAt: try row.get("ended_at"))
    }
}
