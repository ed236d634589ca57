import AuditClient
import AuditCore
import Logging
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// `grant_type=authorization_code` (RFC 6749 §4.1.3).
///
/// A code takes one try. The first decides: it gets tokens, or the code is void. Whoever shows the code after that gets
/// nothing, and what the first try got is revoked (RFC 6749 §4.1.2): one of the two is a thief, and nobody can tell which.
/// So of many at once exactly one is answered with tokens, and these are void as soon as the next one has been heard.
struct CodeRedemption: Sendable {
    let parts: AuthParts

    /// How a try ended; what was found out commits either way.
    private enum Outcome {
        case issued(IssuedTokens, AuthorizationCode)
        case refused
    }

    /// - Throws: 400 `invalid_grant`, one answer for whatever is wrong with the code.
    func redeem(_ form: [String: String], _ application: Application, _ call: Call) async throws -> AuthorizedTokens {
        guard let text = form["code"], let redirectURI = form["redirect_uri"], let verifier = form["code_verifier"]
        else {
            throw Problem.oauth("invalid_request", detail: "`code`, `redirect_uri` and `code_verifier` are needed")
        }
        guard let token = OpaqueToken(text, kind: .authorizationCode) else { throw Problem.invalidAuthorizationCode }
        let parts = parts
        let outcome = try await parts.database.transaction(token.tenantScope) { transaction -> Outcome in
            let rows = try await transaction.query(AuthorizationStore.code(token.hash, tenant: token.tenant))
            // Nothing is recorded in a tenant that an unproven code merely names.
            guard let row = rows.first else { return .refused }
            let code = try AuthorizationStore.readCode(row)
            let now = parts.now()
            guard code.redeemedAt == nil else {
                try await revoke(code, token.tenant, call, in: transaction)
                return .refused
            }
            _ = try await transaction.execute(AuthorizationStore.redeem(code.id, tenant: token.tenant, now: now))
            let reason: String? =
                if code.application != application.id { "foreign-code" } else if code.redirectURI != redirectURI {
                    "wrong-redirect"
                } else if !code.challenge.isMet(by: verifier) { "wrong-verifier" } else if code.expiresAt <= now {
                    "expired-code"
                } else { nil }
            if let reason {
                try await parts.outbox.record(refusal(code, token.tenant, reason, call), in: transaction)
                return .refused
            }
            let living = try await transaction.query(
                ApplicationStore.shared(application.id, tenant: token.tenant))
            let signIns = try await transaction.query(SessionStore.locked(code.session, tenant: token.tenant))
            guard !living.isEmpty, let signIn = try signIns.first.map(SessionStore.read), signIn.isAlive(at: now) else {
                try await parts.outbox.record(refusal(code, token.tenant, "session-ended", call), in: transaction)
                return .refused
            }
            switch try await issue(code, signIn, call, in: transaction) {
            case .success(let tokens): return .issued(tokens, code)
            // The organisation's settings changed since the sign-in; the trail has it.
            case .failure: return .refused
            }
        }
        guard case .issued(let tokens, let code) = outcome else { throw Problem.invalidAuthorizationCode }
        return try AuthorizedTokens(tokens, code: code, parts: parts)
    }

    /// A session of the application's own: it ends by itself, and never later than the sign-in that it stands on.
    private func issue(
        _ code: AuthorizationCode, _ signIn: SessionRecord, _ call: Call, in transaction: Transaction
    ) async throws -> Result<IssuedTokens, Problem> {
        let now = parts.now()
        let session = SessionRecord(
            id: .generate(at: now), account: signIn.account, tenant: signIn.tenant, member: signIn.member,
            clientID: code.application.text, amr: signIn.amr, authenticatedAt: signIn.authenticatedAt, lastUsedAt: now,
            expiresAt: signIn.expiresAt, endedAt: nil)
        let own = [
            ApplicationSession.insert(
                session.id, tenant: session.tenant, application: code.application, browser: code.browser,
                scopes: code.scopes),
            AuthorizationStore.issued(session.id, for: code.id, tenant: session.tenant),
        ]
        return try await SessionCommands(parts: parts).open(session, call, with: own, in: transaction)
    }

    private func revoke(
        _ code: AuthorizationCode, _ tenant: TenantID, _ call: Call, in transaction: Transaction
    ) async throws {
        call.logger.warning(
            "an authorization code was shown twice", metadata: ["application": .string(code.application.text)])
        let event = refusal(code, tenant, "code-reuse", call)
        var ending: [SessionRecord] = []
        if let issued = code.issuedSession {
            ending = try await transaction.query(SessionStore.locked(issued, tenant: tenant)).map(SessionStore.read)
                .filter { $0.endedAt == nil }
        }
        guard !ending.isEmpty else { return try await parts.outbox.record(event, in: transaction) }
        try await SessionCommands(parts: parts).end(ending, because: .codeReuse, event, in: transaction)
    }

    private func refusal(
        _ code: AuthorizationCode, _ tenant: TenantID, _ reason: String, _ call: Call
    ) -> AuditEvent {
        AuditEvent(
            call, by: EventActor(kind: .client, id: code.application.text), tenant: tenant,
            action: "application.redeem", resource: EventResource(type: "session", id: code.session.text),
            outcome: .denied, reason: reason)
    }
}

/// Tokens as an application gets them (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
struct AuthorizedTokens: WireEncodable {
    let tokens: IssuedTokens
    let idToken: Redacted<String>?
    /// Whether the refresh token is the application's to have.
    private let isOffline: Bool

    /// An ID token goes with `openid`, a refresh token with `offline_access`.
    init(_ tokens: IssuedTokens, code: AuthorizationCode, parts: AuthParts) throws {
        self.tokens = tokens
        isOffline = code.scopes.contains(.offlineAccess)
        idToken = try code.scopes.contains(.openid) ? IDToken.sign(tokens, nonce: code.nonce, parts) : nil
    }

    var wire: JSONValue {
        var members = tokens.wire.object ?? [:]
        if !isOffline { members["refresh_token"] = nil }
        if let idToken { members["id_token"] = .string(idToken.reveal()) }
        return .object(members)
    }
}

extension Problem {
    /// Unknown, used, expired, another client's, another address's, or not proved: one answer (RFC 6749 §5.2).
    static let invalidAuthorizationCode = oauth(
        "invalid_grant", detail: "the code is unknown, used or expired, or was not given to this request")
}
