import AuditClient
import AuditCore
import KeyVault
import Logging
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// Rotation of refresh tokens. All tokens of a session are one family: each has one successor, which is derived from it
/// (``TokenSuccession``), so that tabs and retries that meet get the same one (docs/decisions/0011-sessions-and-tokens.md).
extension SessionCommands {
    /// How long after its use a token still gives its successor: requests of several tabs, and a retry after a lost
    /// answer. Whoever comes later, or after the successor was used, is no tab.
    static let rotationGrace: Duration = .seconds(10)

    /// How a refresh ended; what was found out commits either way.
    private enum Outcome {
        case issued(IssuedTokens)
        case refused
        case reused(SessionRecord)
    }

    /// Rotates a refresh token.
    ///
    /// One that was used more than ``rotationGrace`` ago, or whose successor was, ends its session: either its owner or
    /// a thief has the newer one, and nobody can tell which.
    ///
    /// - Parameter client: who asks. Another client's token is not known to it, and nothing becomes of it.
    func refresh(
        _ text: String, client: String = firstPartyClient, _ call: Call
    ) async throws -> IssuedTokens {
        try await parts.limiter.admit(parts.rules.tokenByAddress, key: call.addressKey, now: parts.now())
        guard let token = OpaqueToken(text, kind: .refresh) else { throw Problem.invalidGrant }
        // Before the transaction, since keys may need a connection of their own. Under the key of `system`: a tenant that
        // an unproven token merely names gets none made.
        let successor = token.successor(try await parts.secrets.vault.succession(scope: parts.system))
        let outcome = try await parts.database.transaction(token.tenantScope) { transaction in
            try await refresh(token, successor, client, call, in: transaction)
        }
        switch outcome {
        case .issued(let tokens): return tokens
        case .refused: throw Problem.invalidGrant
        case .reused(let session):
            Alert.refreshTokenReuse.announce(
                call, ["session": .string(session.id.text), "member": .string(session.member.text)])
            throw Problem.invalidGrant
        }
    }

    private func refresh(
        _ token: OpaqueToken, _ successor: OpaqueToken, _ client: String, _ call: Call, in transaction: Transaction
    ) async throws -> Outcome {
        let found = try await transaction.query(SessionStore.refreshToken(token.hash, tenant: token.tenant))
        // Nothing is recorded in a tenant that an unproven token merely names.
        guard let row = found.first else { return .refused }
        let stored = try SessionStore.readRefreshToken(row)
        let session = stored.session
        guard session.clientID == client else { return .refused }
        let now = parts.now()
        // Of before a step-up. A tab that did not hear of it in time is no thief, yet gets nothing.
        if stored.generation < session.generation, session.endedAt == nil,
            now < session.authenticatedAt.adding(Self.rotationGrace)
        {
            try await parts.outbox.record(denied(session, "session-raised", call), in: transaction)
            return .refused
        }
        let lastUse = stored.usedAt ?? (stored.generation < session.generation ? session.authenticatedAt : nil)
        var isRepeated = false
        if let lastUse, session.endedAt == nil {
            if now < lastUse.adding(Self.rotationGrace) {
                let unused = SessionStore.unused(successor.hash, after: stored.id, tenant: session.tenant)
                isRepeated = try await !transaction.query(unused).isEmpty
            }
            guard isRepeated else {
                let alert = Alert.refreshTokenReuse.event(
                    call, by: Self.presumed(session), tenant: session.tenant,
                    EventResource(type: "session", id: session.id.text))
                try await end(
                    session, because: .refreshReuse, [denied(session, "refresh-reuse", call), alert], now,
                    in: transaction)
                return .reused(session)
            }
        }
        guard session.isAlive(at: now), isRepeated || stored.expiresAt > now,
            let member = try await lockedMember(session, in: transaction)
        else {
            let reason = session.endedAt == nil ? "session-expired" : "session-ended"
            try await parts.outbox.record(denied(session, reason, call), in: transaction)
            return .refused
        }
        switch try await admitted(session, member, call, isNew: false, in: transaction) {
        case .success(let admitted) where admitted.isAlive(at: now):
            return .issued(
                try await rotate(stored, admitted, to: successor, isRepeated: isRepeated, member, call, in: transaction)
            )
        case .success:
            try await parts.outbox.record(denied(session, "session-expired", call), in: transaction)
        case .failure(let refusal):
            try await parts.outbox.record(denied(session, refusal.demand.rawValue, call), in: transaction)
        }
        return .refused
    }

    private func rotate(
        _ stored: StoredRefreshToken, _ admitted: AdmittedSession, to successor: OpaqueToken, isRepeated: Bool,
        _ member: Member, _ call: Call, in transaction: Transaction
    ) async throws -> IssuedTokens {
        // After the lock on the member: see ``lockedMember(_:in:)``.
        let now = parts.now()
        let session = stored.session
        let tokens = try await tokens(admitted, member, refresh: successor, now: now, in: transaction)
        let event = AuditEvent(
            call, by: actor(session, member), tenant: session.tenant, action: "session.refresh",
            resource: EventResource(type: "session", id: session.id.text),
            metadata: isRepeated ? ["repeated": true] : [:])
        let rotation = [
            SessionStore.useRefreshToken(stored.id, tenant: session.tenant, now: now),
            SessionStore.touch(session.id, ip: call.clientIP, device: call.device, now: now),
            SessionStore.insertRefreshToken(
                successor.hash, of: session, parent: stored.id, issuedAt: now, expiresAt: admitted.end(at: now)),
        ]
        _ = try await transaction.pipeline((isRepeated ? [] : rotation) + [try parts.outbox.insertion(of: event)])
        return tokens
    }

    private func denied(_ session: SessionRecord, _ reason: String, _ call: Call) -> AuditEvent {
        AuditEvent(
            call, by: Self.presumed(session), tenant: session.tenant, action: "session.refresh",
            resource: EventResource(type: "session", id: session.id.text), outcome: .denied, reason: reason)
    }

    /// Whose token it was; nobody knows who had it in hand.
    private static func presumed(_ session: SessionRecord) -> EventActor {
        EventActor(kind: .member, id: session.member.text, session: session.id)
    }
}
