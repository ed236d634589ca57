import AuditClient
import AuditCore
import IdentityClient
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// Reads and changes an organisation's settings. Each change is a version of its own that stays.
struct OrganisationSettingsCommands: Sendable {
    static let view = "organisation.view_settings"
    static let update = "organisation.update_settings"

    let parts: AuthParts

    /// What holds now.
    func current(_ scope: TenantScope) async throws -> VersionedSettings {
        try OrganisationSettingsStore.read(
            await parts.database.query(scope, OrganisationSettingsStore.current(scope.tenant)))
    }

    /// The most that any of these organisations asks of a new password.
    func longestMinimum(of memberships: [Membership]) async throws -> Int {
        var most = 0
        for membership in memberships {
            most = max(most, try await current(membership.tenantScope).settings.minimumPasswordLength)
        }
        return most
    }

    /// Replaces the settings.
    ///
    /// - Parameter version: the one that the caller saw.
    /// - Throws: 409 `would-lock-out` when the caller's own sign-in would not be let in by them.
    func change(
        to proposed: OrganisationSettings, version: ETag, by token: AccessToken, decision: EventDecision?, _ call: Call
    ) async throws -> VersionedSettings {
        let now = parts.now()
        if let start = proposed.factors.enforcedFrom, start > now.adding(OrganisationSettings.longestGrace) {
            throw Problem.invalidField(
                "/factors/enforced_from",
                "must be within \(OrganisationSettings.longestGrace.components.seconds / 86_400) days")
        }
        return try await parts.database.transaction(token.tenantScope) { transaction in
            _ = try await transaction.query(MemberStore.lockOrganisation(token.tenant))
            let present = try OrganisationSettingsStore.read(
                await transaction.query(OrganisationSettingsStore.current(token.tenant)))
            guard present.tag == version else { throw Problem.stale }
            if present.settings == proposed { return present }
            let use = try await use(of: token, call, in: transaction)
            let unmet = SettingsDemand.unmet(by: use, proposed, at: now)
            guard unmet.isEmpty else { throw Problem.wouldLockOut(unmet) }
            let next = VersionedSettings(version: present.version + 1, settings: proposed)
            let event = AuditEvent(
                call, by: token, action: Self.update,
                resource: EventResource(type: "organisation", id: token.tenant.text), decision: decision,
                changes: Self.changes(from: present.settings, to: proposed),
                metadata: ["version": .integer(next.version)])
            _ = try await transaction.pipeline([
                OrganisationSettingsStore.insert(
                    proposed, version: next.version, tenant: token.tenant, by: token.subject, now: now),
                try parts.outbox.insertion(of: event),
            ])
            return next
        }
    }

    /// The sign-in of the caller's own session, with the roles that he has now.
    private func use(
        of token: AccessToken, _ call: Call, in transaction: Transaction
    ) async throws -> SettingsDemand.Use {
        let sessions = try await transaction.query(SessionStore.one(token.session, tenant: token.tenant))
        return SettingsDemand.Use(
            amr: try sessions.first.map(SessionStore.read)?.amr ?? token.amr,
            roles: try await MemberCommands(parts: parts).presentRoles(of: token, in: transaction),
            address: call.clientIP)
    }

    /// Each group that differs, before and after.
    private static func changes(
        from present: OrganisationSettings, to proposed: OrganisationSettings
    ) -> [EventChange] {
        let (before, after) = (present.wire.object ?? [:], proposed.wire.object ?? [:])
        return after.keys.sorted().filter { before[$0] != after[$0] }.map {
            .plain($0, before: before[$0], after: after[$0])
        }
    }
}

extension SessionCommands {
    /// A session as the organisation lets it last, or why it is not let in. The settings are those of this moment: a change
    /// that commits later finds the session at its next refresh.
    ///
    /// An application redeems and refreshes from its own servers: the address of its person was asked when he signed in.
    func admitted(
        _ session: SessionRecord, _ member: Member, _ call: Call, isNew: Bool, in transaction: Transaction
    ) async throws -> Result<AdmittedSession, SettingsRefusal> {
        let now = parts.now()
        let settings = try await settings(of: session.tenant, in: transaction)
        let use = SettingsDemand.Use(amr: session.amr, roles: member.roles.roles, address: call.clientIP)
        let unmet =
            isNew
            ? SettingsDemand.unmet(by: use, settings, at: now)
            : SettingsDemand.unmetByRenewal(use, settings, at: now)
        let counted = unmet.first { $0 != .address || session.clientID == Self.firstPartyClient }
        if let counted { return .failure(SettingsRefusal(demand: counted)) }
        return .success(AdmittedSession(session, settings))
    }

    /// The settings of this moment.
    func settings(of tenant: TenantID, in transaction: Transaction) async throws -> OrganisationSettings {
        try OrganisationSettingsStore.read(
            await transaction.query(OrganisationSettingsStore.current(tenant))
        ).settings
    }
}

/// A session with the organisation's limits applied.
struct AdmittedSession: Sendable {
    let session: SessionRecord
    /// After its last use.
    let idle: Duration

    init(_ session: SessionRecord, _ settings: OrganisationSettings) {
        var lowered = session
        lowered.expiresAt = min(session.expiresAt, session.authenticatedAt.adding(settings.sessions.absolute))
        self.session = lowered
        idle = min(SessionLimits.idle, settings.sessions.idle)
    }

    /// Whether it can still be used at `now`.
    func isAlive(at now: Instant) -> Bool {
        session.isAlive(at: now) && now < session.lastUsedAt.adding(idle)
    }

    /// When it ends unless it is used again: no token lasts longer.
    func end(at now: Instant) -> Instant { min(session.expiresAt, now.adding(idle)) }
}

/// Why an organisation does not let a session in.
struct SettingsRefusal: Error {
    let demand: SettingsDemand
}

extension Problem {
    /// The change would lock out whoever makes it.
    static func wouldLockOut(_ unmet: [SettingsDemand]) -> Problem {
        .conflict(
            "would-lock-out",
            detail: "your own sign-in would not be let in by these settings; sign in as they demand first",
            errors: unmet.map { FieldError(pointer: $0.pointer, detail: $0.detail) })
    }
}
