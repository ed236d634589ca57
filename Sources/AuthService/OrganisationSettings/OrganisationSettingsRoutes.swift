import AuditClient
import AuditCore
import IdentityClient
import PolicyClient
import PolicyCore
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// The settings of the caller's organisation.
struct OrganisationSettingsRoutes: Sendable {
    /// Some dozens of ranges and a few words.
    static let bodyLimit = 16 << 10

    let organisations: OrganisationRoutes
    let enforcement: MemberEnforcement
    let cursors: CursorCodec

    private var parts: AuthParts { organisations.parts }
    private var commands: OrganisationSettingsCommands { OrganisationSettingsCommands(parts: parts) }

    var routes: [Route] {
        [
            Route(
                .get, "/v1/organisation/settings", access: .user(action: OrganisationSettingsCommands.view)
            ) { call in
                _ = try await organisations.judge(call, OrganisationSettingsCommands.view)
                let current = try await commands.current(call.user.tenantScope)
                return Self.reply(current)
            },
            Route(
                .put, "/v1/organisation/settings", access: .user(action: OrganisationSettingsCommands.update),
                body: .json(limit: Self.bodyLimit)
            ) { call in try await change(call) },
            Route(
                .get, "/v1/organisation/settings/versions", access: .user(action: OrganisationSettingsCommands.view),
                query: ["limit", "cursor"]
            ) { call in try await history(call) },
            Route(
                .post, "/v1/organisation/settings/simulation",
                access: .user(action: OrganisationSettingsCommands.update), body: .json(limit: Self.bodyLimit)
            ) { call in try await simulate(call) },
        ]
    }

    private static func reply(_ current: VersionedSettings) -> Reply {
        Reply.json(["version": .integer(current.version), "settings": current.settings.wire]).tagged(current.tag)
    }

    private func change(_ call: Call) async throws -> Reply {
        let proposed = try call.decode(OrganisationSettings.self)
        let version = try call.ifMatch()
        let decision = try await organisations.judge(call, OrganisationSettingsCommands.update)
        do {
            return Self.reply(
                try await commands.change(to: proposed, version: version, by: call.user, decision: decision, call))
        } catch let problem as Problem where problem.status == .conflict {
            try await organisations.record(call, OrganisationSettingsCommands.update, decision, problem)
            throw problem
        }
    }

    private static let cursorQuery = "settings-versions"

    private func history(_ call: Call) async throws -> Reply {
        let user = try call.user
        let limit = try call.query.limit()
        var before = Int64.max
        if let cursor = call.query.string("cursor") {
            let position = try cursors.decode(
                cursor, tenant: user.tenant, subject: user.subject, query: Self.cursorQuery)
            guard position.count == 1, let version = Int64(position[0]) else {
                throw Problem.invalidQuery("cursor", "is not a cursor of this list")
            }
            before = version
        }
        _ = try await organisations.judge(call, OrganisationSettingsCommands.view)
        let rows = try await parts.database.query(
            user.tenantScope, OrganisationSettingsStore.history(user.tenant, before: before, limit: limit + 1))
        let entries = try rows.prefix(limit).map(OrganisationSettingsStore.entry)
        let next = rows.count > limit ? entries.last.map { cursor(before: $0.version, user) } : nil
        return .page(
            entries.map { entry in
                [
                    "version": .integer(entry.version), "settings": entry.settings.wire,
                    "changed_at": entry.changedAt.wire, "changed_by": entry.changedBy.wire,
                ]
            }, next: next)
    }

    private func cursor(before version: Int64, _ user: AccessToken) -> String {
        cursors.encode([String(version)], tenant: user.tenant, subject: user.subject, query: Self.cursorQuery)
    }

    private func simulate(_ call: Call) async throws -> Reply {
        let proposed = try call.decode(OrganisationSettings.self)
        let decision = try await organisations.judge(call, OrganisationSettingsCommands.update)
        let gate = try await enforcement.gate(call, action: "member.view")
        let user = try call.user
        let report = try await SettingsSimulation(parts: parts).run(proposed, user.tenantScope, gate: gate)
        let event = AuditEvent(
            call, by: user, action: "organisation.simulate_settings",
            resource: EventResource(type: "organisation", id: user.tenant.text), decision: decision,
            metadata: ["checked": report.checked.wire, "locked_out": report.lockedOut.wire])
        try await parts.outbox.record(event, user.tenantScope)
        return .json(report)
    }
}
