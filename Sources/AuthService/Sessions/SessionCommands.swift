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

    /// Opens a session and issues its first tokens, in the transaction that proved the factors.
    func open(_ session: Session, _ call: Call, in transaction: Transaction) async throws -> IssuedTokens {
        guard let member = try await lockedMember(session, in: transaction) else { throw Problem.invalidCredentials }
        _ = try await transaction.execute(SessionStore.insert(session, ip: call.clientIP, device: call.device))
        let event = AuditEvent(
            call, by: actor(session, member), tenant: session.tenant, action: SignInTrail.signIn,
            resource: EventResource(type: "session", id: session.id.text),
            metadata: ["amr": JSONValue(session.amr)])
        return try await issue(session, member, parent: nil, event: event, in: transaction)
    }

    /// How a refresh ended; what was found out commits either way.
    private enum Refresh {
        case issued(IssuedTokens)
        case refused
    }

    /// Rotates a refresh token. One that was used before ends its session: either its owner or a thief has the newer
    /// one, and nobody can tell which.
    func refresh(_ text: String, _ call: Call) async throws -> IssuedTokens {
        try await parts.limiter.admit(parts.rules.tokenByAddress, key: Array(call.clientIP.utf8), now: parts.now())
        guard let token = OpaqueToken(text, kind: .refresh) else { throw Problem.invalidGrant }
        let outcome = try await parts.database.transaction(token.tenantScope) { transaction -> Refresh in
            let found = try await transaction.query(SessionStore.refreshToken(token.hash, tenant: token.tenant))
            // Nothing is recorded in a tenant that an unproven token merely names.
            guard let row = found.first else { return .refused }
            let stored = try SessionStore.readRefreshToken(row)
            let now = parts.now()
            if stored.usedAt != nil {
                call.logger.warning(
                    "a refresh token was used twice", metadata: ["session": .string(stored.session.id.text)])
                try await end(stored.session, because: .refreshReuse, reuse(stored.session, call), now, in: transaction)
                return .refused
            }
            guard stored.session.isAlive(at: now), stored.expiresAt > now,
                let member = try await lockedMember(stored.session, in: transaction)
            else {
                try await parts.outbox.record(refused(stored.session, call), in: transaction)
                return .refused
            }
            return .issued(try await rotate(stored, member, call, in: transaction))
        }
        guard case .issued(let tokens) = outcome else { throw Problem.invalidGrant }
        return tokens
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
            try await end(session, because: .signOut, event, parts.now(), in: transaction)
        }
    }

    // MARK: Parts of transactions

    private func rotate(
        _ stored: StoredRefreshToken, _ member: Member, _ call: Call, in transaction: Transaction
    ) async throws -> IssuedTokens {
        let now = parts.now()
        let session = stored.session
        let event = AuditEvent(
            call, by: actor(session, member), tenant: session.tenant, action: "session.refresh",
            resource: EventResource(type: "session", id: session.id.text))
        _ = try await transaction.pipeline([
            SessionStore.useRefreshToken(stored.id, tenant: session.tenant, now: now),
            SessionStore.touch(session.id, now: now),
            SessionStore.dropExpired(of: session.id, tenant: session.tenant, now: now),
        ])
        return try await issue(session, member, parent: stored.id, event: event, in: transaction)
    }

    /// The member's row, held until the transaction ends: a role change waits for this token and then voids it, or
    /// this token waits for the role change and has the new roles.
    private func lockedMember(_ session: Session, in transaction: Transaction) async throws -> Member? {
        let rows = try await transaction.query(MemberStore.shared(session.member, tenant: session.tenant))
        guard let member = try rows.first.map(MemberStore.read), member.status == .active,
            member.account == session.account
        else { return nil }
        return member
    }

    private func issue(
        _ session: Session, _ member: Member, parent: UUIDv7?, event: AuditEvent, in transaction: Transaction
    ) async throws -> IssuedTokens {
        // After the lock on the member: see ``lockedMember(_:in:)``.
        let now = parts.now()
        let refresh = OpaqueToken.generate(.refresh, tenant: session.tenant)
        let expires = min(session.expiresAt, now.adding(SessionLimits.idle))
        let access = try parts.issuer.issue(
            AccessTokenIssuer.Claims(
                tenant: session.tenant, subject: member.id, roles: member.roles.roles, employeeID: member.employeeID,
                clientID: session.clientID, session: session.id, amr: session.amr, authTime: session.authenticatedAt,
                notBefore: member.notBefore, sessionEnd: session.expiresAt),
            now: now)
        _ = try await transaction.pipeline([
            SessionStore.insertRefreshToken(
                refresh.hash, of: session, parent: parent, issuedAt: now, expiresAt: expires),
            try parts.outbox.insertion(of: event),
        ])
        return IssuedTokens(access: access, refresh: refresh, issued: now)
    }

    /// Ends a locked session and voids its tokens.
    private func end(
        _ session: Session, because ending: SessionEnding, _ event: AuditEvent, _ now: Instant,
        in transaction: Transaction
    ) async throws {
        let rows = try await transaction.query(MemberStore.floor(of: session.member, tenant: session.tenant))
        let floor = try rows.first?.get("not_before", as: Instant.self) ?? now
        _ = try await transaction.pipeline([
            SessionStore.end(session.id, because: ending, now: now),
            try parts.outbox.insertion(of: event),
            RevocationStore.revoke(
                session: session.id, of: session.tenant, notBefore: TokenFloor.raised(from: floor, now: now)),
        ])
    }

    // MARK: Events

    private func actor(_ session: Session, _ member: Member) -> EventActor {
        EventActor(kind: .member, id: member.id.text, roles: member.roles.names, session: session.id)
    }

    private func reuse(_ session: Session, _ call: Call) -> AuditEvent {
        denied(session, "refresh-reuse", call)
    }

    private func refused(_ session: Session, _ call: Call) -> AuditEvent {
        denied(session, session.endedAt == nil ? "session-expired" : "session-ended", call)
    }

    private func denied(_ session: Session, _ reason: String, _ call: Call) -> AuditEvent {
        AuditEvent(
            call, by: EventActor(kind: .member, id: session.member.text, session: session.id), tenant: session.tenant,
            action: "session.refresh", resource: EventResource(type: "session", id: session.id.text),
            outcome: .denied, reason: reason)
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
