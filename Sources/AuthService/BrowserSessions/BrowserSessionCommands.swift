import AuditClient
import AuditCore
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// Begins, recognises and ends browser sessions. They stand on sessions like any other: what ends a member's or an
/// account's sessions ends them too.
struct BrowserSessionCommands: Sendable {
    let parts: AuthParts

    /// Who is signed in with the browser of a call; nil when nobody is. It counts as a use of the session.
    func present(_ call: Call) async throws -> BrowserSession? {
        guard let token = BrowserCookie.token(of: call) else { return nil }
        let parts = parts
        return try await parts.database.transaction(token.tenantScope) { transaction -> BrowserSession? in
            let rows = try await transaction.query(BrowserSessionStore.locked(token.hash, tenant: token.tenant))
            let now = parts.now()
            guard let row = rows.first else { return nil }
            let session = try SessionStore.read(row)
            let settings = try await SessionCommands(parts: parts).settings(of: session.tenant, in: transaction)
            guard AdmittedSession(session, settings).isAlive(at: now) else { return nil }
            _ = try await transaction.execute(
                SessionStore.touch(session.id, ip: call.clientIP, device: call.device, now: now))
            return BrowserSession(id: try row.get("browser_session"), session: session)
        }
    }

    /// Gives the browser a cookie for a session that was just opened. Each sign-in gets an id of its own: one from before
    /// it, which somebody else may have put there, is worth nothing afterwards.
    ///
    /// - Parameter former: who was signed in with this browser. The same member's applications stay signed in; another
    ///   one's end with him.
    func begin(_ session: SessionRecord, replacing former: BrowserSession?, _ call: Call) async throws -> OpaqueToken {
        let isSame = former.map { $0.session.member == session.member && $0.session.tenant == session.tenant } ?? false
        if let former, !isSame { try await end(former, call) }
        let token = OpaqueToken.generate(.browser, tenant: session.tenant)
        let parts = parts
        try await parts.database.transaction(token.tenantScope) { transaction in
            let now = parts.now()
            if let former, isSame {
                let rows = try await transaction.query(
                    SessionStore.locked(former.session.id, tenant: former.session.tenant))
                let renewed = try await transaction.execute(
                    BrowserSessionStore.renew(former, session: session.id, hash: token.hash))
                if renewed == 1 {
                    let ending = try rows.map(SessionStore.read).filter { $0.endedAt == nil }
                    let event = Self.event("session.renew", former.session, call)
                    return try await SessionCommands(parts: parts)
                        .end(ending, because: .renewed, event, in: transaction)
                }
            }
            _ = try await transaction.execute(
                BrowserSessionStore.insert(.generate(at: now), session: session.id, hash: token.hash, now: now))
        }
        return token
    }

    /// Signs out: the browser's session ends, and with it every session that an application was given in it.
    func end(_ browser: BrowserSession, _ call: Call) async throws {
        let parts = parts
        try await parts.database.transaction(browser.tenantScope) { transaction in
            let rows = try await transaction.query(
                BrowserSessionStore.lockFamily(browser.id, tenant: browser.session.tenant))
            try await SessionCommands(parts: parts).end(
                rows.map(SessionStore.read), because: .signOut, Self.event("session.sign_out", browser.session, call),
                in: transaction)
        }
    }

    private static func event(_ action: String, _ session: SessionRecord, _ call: Call) -> AuditEvent {
        AuditEvent(
            call, by: EventActor(kind: .member, id: session.member.text, session: session.id), tenant: session.tenant,
            action: action, resource: EventResource(type: "session", id: session.id.text))
    }
}

extension SessionCommands {
    /// Ends locked sessions of one member and voids their tokens; nothing when there are none. The last statements of a
    /// transaction, since revocations are.
    func end(
        _ sessions: [SessionRecord], because ending: SessionEnding, _ event: AuditEvent, in transaction: Transaction
    ) async throws {
        guard let first = sessions.first else { return }
        let rows = try await transaction.query(MemberStore.floor(of: first.member, tenant: first.tenant))
        let now = parts.now()
        let floor = TokenFloor.raised(from: try rows.first?.get("not_before", as: Instant.self) ?? now, now: now)
        _ = try await transaction.pipeline(
            sessions.map { SessionStore.end($0.id, because: ending, now: now) }
                + [try parts.outbox.insertion(of: event)]
                + sessions.map { RevocationStore.revoke(session: $0.id, of: $0.tenant, notBefore: floor) })
    }
}
