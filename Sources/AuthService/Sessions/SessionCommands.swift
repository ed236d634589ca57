import AuditClient
import AuditCore
import IdentityClient
import Logging
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// Opens, renews and ends sessions.
struct SessionCommands: Sendable {
    /// The `client_id` of our own sign-in.
    static let firstPartyClient = "bailiwick-web"

    let parts: AuthParts

    /// Opens a session and issues its first tokens, in the transaction that proved the factors. What the organisation's
    /// settings refuse is an answer and not an error, so that it commits: the factors are used up, and the trail knows why.
    ///
    /// - Parameter more: what belongs to the session beside its row, once it is let in.
    func open(
        _ session: SessionRecord, _ call: Call, with more: [SQL] = [], in transaction: Transaction
    ) async throws -> Result<IssuedTokens, Problem> {
        guard let member = try await lockedMember(session, in: transaction) else { throw Problem.invalidCredentials }
        let admitted: AdmittedSession
        switch try await self.admitted(session, member, call, isNew: true, in: transaction) {
        case .success(let value): admitted = value
        case .failure(let refusal):
            let event = AuditEvent(
                call, by: actor(session, member), tenant: session.tenant, action: SignInTrail.signIn,
                resource: EventResource(type: "member", id: member.id.text), outcome: .denied,
                reason: refusal.demand.rawValue, metadata: ["amr": JSONValue(session.amr)])
            try await parts.outbox.record(event, in: transaction)
            return .failure(refusal.demand.problem)
        }
        let session = admitted.session
        _ = try await transaction.pipeline(
            [SessionStore.insert(session, ip: call.clientIP, device: call.device)] + more)
        let event = AuditEvent(
            call, by: actor(session, member), tenant: session.tenant, action: SignInTrail.signIn,
            resource: EventResource(type: "session", id: session.id.text),
            metadata: ["amr": JSONValue(session.amr)])
        let now = parts.now()
        let refresh = OpaqueToken.generate(.refresh, tenant: session.tenant)
        let tokens = try await tokens(admitted, member, refresh: refresh, now: now, in: transaction)
        _ = try await transaction.pipeline([
            SessionStore.insertRefreshToken(
                refresh.hash, of: session, parent: nil, issuedAt: now, expiresAt: admitted.end(at: now)),
            try parts.outbox.insertion(of: event),
        ])
        let ended = try await EndedSessions.endOldest(of: session.account, at: parts.now(), in: transaction)
        _ = try await transaction.pipeline(ended.revocation)
        return .success(tokens)
    }

    /// Ends the session of a token.
    func signOut(_ token: AccessToken, _ call: Call) async throws {
        try await parts.database.transaction(token.tenantScope) { transaction in
            let rows = try await transaction.query(SessionStore.locked(token.session, tenant: token.tenant))
            // A client's token has no session.
            guard let session = try rows.first.map(SessionStore.read), session.endedAt == nil else { return }
            let event = AuditEvent(
                call, by: token, action: "session.sign_out",
                resource: EventResource(type: "session", id: session.id.text))
            try await end(session, because: .signOut, [event], parts.now(), in: transaction)
        }
    }

    // MARK: Parts of transactions

    /// The member's row, held until the transaction ends: a role change waits for this token and then voids it, or
    /// this token waits for the role change and has the new roles.
    func lockedMember(_ session: SessionRecord, in transaction: Transaction) async throws -> Member? {
        let rows = try await transaction.query(MemberStore.shared(session.member, tenant: session.tenant))
        guard let member = try rows.first.map(MemberStore.read), member.status == .active,
            member.account == session.account
        else { return nil }
        return member
    }

    /// What the holder gets: a new access token beside `refresh`.
    ///
    /// - Parameter now: from after the lock on the member: see ``lockedMember(_:in:)``.
    func tokens(
        _ admitted: AdmittedSession, _ member: Member, refresh: OpaqueToken, now: Instant, in transaction: Transaction
    ) async throws -> IssuedTokens {
        let session = admitted.session
        let scopes = try await ApplicationSession.scopes(of: session, in: transaction)
        let access = try parts.issuer.issue(
            AccessTokenIssuer.Claims(
                tenant: session.tenant, subject: member.id, roles: member.roles.roles, employeeID: member.employeeID,
                clientID: session.clientID, session: session.id, amr: session.amr, authTime: session.authenticatedAt,
                notBefore: member.notBefore, sessionEnd: admitted.end(at: now), scopes: scopes),
            now: now)
        return IssuedTokens(access: access, refresh: refresh, issued: now, session: session, scopes: scopes)
    }

    /// Ends a locked session and voids its tokens.
    func end(
        _ session: SessionRecord, because ending: SessionEnding, _ events: [AuditEvent], _ now: Instant,
        in transaction: Transaction
    ) async throws {
        let rows = try await transaction.query(MemberStore.floor(of: session.member, tenant: session.tenant))
        let floor = try rows.first?.get("not_before", as: Instant.self) ?? now
        _ = try await transaction.pipeline(
            [SessionStore.end(session.id, because: ending, now: now)]
                + events.map { try parts.outbox.insertion(of: $0) }
                + [
                    RevocationStore.revoke(
                        session: session.id, of: session.tenant, notBefore: TokenFloor.raised(from: floor, now: now))
                ])
    }

    // MARK: Events

    /// The member whose session it is.
    func actor(_ session: SessionRecord, _ member: Member) -> EventActor {
        EventActor(kind: .member, id: member.id.text, roles: member.roles.names, session: session.id)
    }
}

extension Problem {
    /// RFC 6749 §5.2, as a problem: `error` is for OAuth clients.
    static func oauth(_ error: String, status: Int = 400, detail: String) -> Problem {
        Problem(
            status == 401 ? .unauthorized : .badRequest, error.replacing("_", with: "-"),
            title: "The token request is refused", detail: detail, members: ["error": .string(error)],
            headers: [.cacheControl: "no-store"])
    }

    /// Unknown, expired, used before, or of an ended session: one answer.
    static let invalidGrant = oauth(
        "invalid_grant", detail: "the refresh token is unknown, used, expired or of an ended session; sign in again")
}
