import Postgres
import SQLQuery
import WireFormat

/// A request that is being answered.
struct AuthorizationRequest: Sendable {
    /// A person finds the phone, and the password in the drawer.
    static let lifetime: Duration = .seconds(900)
    /// RFC 9126 §2.2 wants it short: an application sends the browser at once.
    static let pushedLifetime: Duration = .seconds(60)
    /// RFC 9126 §2.2.
    static let uriPrefix = "urn:ietf:params:oauth:request_uri:"

    let id: UUIDv7
    let application: UUIDv7
    let parameters: AuthorizationParameters
    let createdAt: Instant
}

/// All SQL about requests, consents and codes: tenant tables.
enum AuthorizationStore {
    // MARK: Requests

    static func insert(
        _ request: AuthorizationRequest, tenant: TenantID, hash: [UInt8], isPushed: Bool
    ) -> SQL {
        let lifetime = isPushed ? AuthorizationRequest.pushedLifetime : AuthorizationRequest.lifetime
        return """
            INSERT INTO authorization_request (tenant, id, application, token_hash, is_pushed, parameters, created_at,
                                               expires_at)
            VALUES (\(tenant), \(request.id), \(request.application), \(hash), \(isPushed),
                    \(request.parameters.stored), \(request.createdAt), \(request.createdAt.adding(lifetime)))
            """
    }

    /// A request that a person is answering.
    static func request(_ hash: [UInt8], tenant: TenantID, now: Instant) -> SQL {
        """
        SELECT * FROM authorization_request
        WHERE tenant = \(tenant) AND token_hash = \(hash) AND NOT is_pushed AND finished_at IS NULL
            AND expires_at > \(now)
        """
    }

    /// Takes a pushed request of this application: a row, once.
    static func takePushed(_ hash: [UInt8], tenant: TenantID, application: UUIDv7, now: Instant) -> SQL {
        """
        UPDATE authorization_request SET finished_at = \(now)
        WHERE tenant = \(tenant) AND token_hash = \(hash) AND is_pushed AND application = \(application)
            AND finished_at IS NULL AND expires_at > \(now)
        RETURNING *
        """
    }

    /// Affects one row, once.
    static func finish(_ id: UUIDv7, tenant: TenantID, now: Instant) -> SQL {
        """
        UPDATE authorization_request SET finished_at = \(now)
        WHERE tenant = \(tenant) AND id = \(id) AND finished_at IS NULL
        """
    }

    static func readRequest(_ row: Row) throws -> AuthorizationRequest {
        guard let parameters = AuthorizationParameters(stored: try row.get("parameters")) else {
            throw DamagedRow(table: "authorization_request")
        }
        return AuthorizationRequest(
            id: try row.get("id"), application: try row.get("application"), parameters: parameters,
            createdAt: try row.get("created_at"))
    }

    // MARK: Consents

    static func consent(of member: UUIDv7, to application: UUIDv7, tenant: TenantID) -> SQL {
        """
        SELECT scopes FROM application_consent
        WHERE tenant = \(tenant) AND member = \(member) AND application = \(application)
        """
    }

    /// What was agreed to before stays.
    static func agree(
        _ scopes: [OpenIDScope], member: UUIDv7, application: UUIDv7, tenant: TenantID, now: Instant
    ) -> SQL {
        """
        INSERT INTO application_consent AS present (tenant, member, application, scopes, granted_at)
        VALUES (\(tenant), \(member), \(application), \(scopes.map(\.rawValue)), \(now))
        ON CONFLICT (tenant, member, application) DO UPDATE
        SET scopes = ARRAY(SELECT DISTINCT unnest(present.scopes || excluded.scopes)), granted_at = \(now)
        """
    }

    // MARK: Codes

    static func insert(_ code: AuthorizationCode, tenant: TenantID, hash: [UInt8]) -> SQL {
        """
        INSERT INTO authorization_code (tenant, id, code_hash, application, browser, session, redirect_uri, scopes, nonce,
                                        code_challenge, expires_at)
        VALUES (\(tenant), \(code.id), \(hash), \(code.application), \(code.browser), \(code.session),
                \(code.redirectURI), \(code.scopes.map(\.rawValue)), \(code.nonce), \(code.challenge.text),
                \(code.expiresAt))
        """
    }

    /// The code of this hash, locked until the transaction ends: others that show it wait here.
    static func code(_ hash: [UInt8], tenant: TenantID) -> SQL {
        "SELECT * FROM authorization_code WHERE tenant = \(tenant) AND code_hash = \(hash) FOR UPDATE"
    }

    static func redeem(_ id: UUIDv7, tenant: TenantID, now: Instant) -> SQL {
        "UPDATE authorization_code SET redeemed_at = \(now) WHERE tenant = \(tenant) AND id = \(id)"
    }

    /// Remembers what it was given.
    static func issued(_ session: UUIDv7, for id: UUIDv7, tenant: TenantID) -> SQL {
        "UPDATE authorization_code SET issued_session = \(session) WHERE tenant = \(tenant) AND id = \(id)"
    }

    static func readCode(_ row: Row) throws -> AuthorizationCode {
        guard let challenge = CodeChallenge(try row.get("code_challenge")) else {
            throw DamagedRow(table: "authorization_code")
        }
        return AuthorizationCode(
            id: try row.get("id"), application: try row.get("application"), browser: try row.get("browser"),
            session: try row.get("session"), redirectURI: try row.get("redirect_uri"),
            scopes: OpenIDScope.list(try row.get("scopes")), nonce: try row.get("nonce"), challenge: challenge,
            expiresAt: try row.get("expires_at"), redeemedAt: try row.get("redeemed_at"),
            issuedSession: try row.get("issued_session"))
    }

    // MARK: Housekeeping

    /// Requests and codes that nobody can use any more, not even to detect a reuse: what they gave is over too.
    static func dropExpired(tenant: TenantID, before oldest: Instant) -> [SQL] {
        [
            "DELETE FROM authorization_request WHERE tenant = \(tenant) AND expires_at < \(oldest)",
            "DELETE FROM authorization_code WHERE tenant = \(tenant) AND expires_at < \(oldest)",
        ]
    }
}
