import IdentityClient
import Postgres
import SQLQuery
import ServiceKit
import TestSupport
import WireFormat

@testable import AuthService

/// A signal between tasks.
struct Gate: Sendable {
    private let pair = AsyncStream.makeStream(of: Void.self)
    func open() { pair.continuation.finish() }
    func wait() async { for await _ in pair.stream {} }
}

extension IdentityFixture {
    /// Runs `change` while a sign-in is under way that has used `factor` and opened a session; it commits only once the
    /// change waits for it.
    ///
    /// - Returns: the session of that sign-in.
    func overlapping(
        signInOf account: UUIDv7, _ person: Person, using factor: SQL,
        _ change: @escaping @Sendable () async throws -> Void
    ) async throws -> UUIDv7 {
        let (opened, commit) = (Gate(), Gate())
        let membership = Membership(account: account, tenant: person.tenant, member: person.member)
        let now = clock.now
        let session = SessionRecord(
            id: .generate(at: now), account: account, tenant: person.tenant, member: person.member,
            clientID: SessionCommands.firstPartyClient, amr: ["mfa"], authenticatedAt: now, lastUsedAt: now,
            expiresAt: now.adding(SessionLimits.absolute), endedAt: nil)
        let superuser = test.database(test.superuser())
        defer { Task { await superuser.close() } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await database.transaction(membership.tenantScope) { transaction in
                    guard try await transaction.execute(factor) == 1 else { throw NotOverlapped() }
                    try await transaction.execute(
                        SessionStore.insert(session, ip: "192.0.2.7", device: call().device))
                    opened.open()
                    await commit.wait()
                }
            }
            await opened.wait()
            group.addTask { try await change() }
            let waits = try await eventually {
                let rows = try await superuser.query(
                    parts.system,
                    """
                    SELECT pid FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock'
                    """)
                return !rows.isEmpty
            }
            commit.open()
            guard waits else { throw NotOverlapped() }
            try await group.waitForAll()
        }
        return session.id
    }

    struct NotOverlapped: Error {}

    /// Whether a session has ended, and a notice voids what it may have been given at `now`.
    func isOver(_ session: UUIDv7) async throws -> Bool {
        let rows = try await database.query(
            parts.system, "SELECT id FROM session WHERE id = \(session) AND ended_at IS NOT NULL")
        let notices = try await parts.revocations.page(after: 0).notices
        return !rows.isEmpty && notices.contains { $0.target == .session(session) && $0.notBefore > clock.now }
    }

    /// Joins somebody to another organisation too.
    func join(_ person: Person, alsoIn tenant: TenantID) async throws {
        let (_, invitation) = try await invite(person.email, in: tenant, roles: [.viewer])
        let started = try await accept(invitation.token.text)
        clock.advance(.seconds(TOTP.stepSeconds))
        try await confirm(started, person.totp)
    }
}
