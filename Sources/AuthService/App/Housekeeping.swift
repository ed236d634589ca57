import IdentityClient
import Logging
import Postgres
import ServiceLifecycle
import WireFormat

/// Removes what nobody can use any more: revocations, challenges, assertions, and tenant by tenant tokens, sessions,
/// invitations and enrolments.
struct Housekeeping: Service {
    /// How often. The tables stay small at any rate; every copy of the service does it, which harms nobody.
    static let interval: Duration = .seconds(60)

    /// Tenants looked after in one turn; the next turn goes on with the next ones.
    static let tenantsPerTurn = 100
    /// Sessions of one tenant that go in one turn, so that a backlog is no statement of minutes.
    static let sessionsPerTurn = 10_000
    /// How long what is past its time is kept, for whoever looks into an incident.
    static let grace: Duration = .seconds(86_400)

    let parts: AuthParts
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var position: UUIDv7?
            while !Task.isCancelled {
                do {
                    try await clean()
                    position = try await cleanTenants(after: position)
                } catch {
                    logger.warning("old rows were not removed", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// One turn.
    func clean() async throws {
        let now = parts.now()
        try await parts.revocations.prune(now: now)
        try await SignInStore(database: parts.database, system: parts.system).prune(now: now)
        try await PasskeyStore(database: parts.database, system: parts.system).prune(now: now)
        try await TOTPEnrolmentStore(database: parts.database, system: parts.system).prune(now: now)
        try await ClientStore(database: parts.database, system: parts.system).prune(now: now)
        try await ApplicationStore(database: parts.database, system: parts.system).prune(now: now)
        try await parts.database.execute(
            parts.system, BrowserSessionStore.prune(before: now.adding(.zero - Self.grace)))
        try await parts.limiter.prune(now: now)
        try await parts.devices.prune(now: now)
        try await PasswordResetStore(database: parts.database, system: parts.system).prune(now: now)
        let unsent = try await MailStore(database: parts.database, system: parts.system).prune(now: now)
        if unsent > 0 {
            logger.error("mails were not sent in their time", metadata: ["mails": .stringConvertible(unsent)])
        }
    }

    /// One turn over some tenants.
    ///
    /// - Returns: where the next turn begins; nil for the beginning.
    func cleanTenants(after position: UUIDv7?) async throws -> UUIDv7? {
        let oldest = parts.now().adding(.zero - Self.grace)
        let organisations = OrganisationStore(database: parts.database, system: parts.system)
        let ids = try await organisations.ids(after: position, most: Self.tenantsPerTurn)
        for id in ids {
            let job = TenantJob(name: "housekeeping", tenant: TenantID(id))
            try await parts.database.pipeline(
                job.tenantScope,
                [
                    SessionStore.dropExpired(tenant: job.tenant, before: oldest),
                    SessionStore.dropSessions(tenant: job.tenant, before: oldest, most: Self.sessionsPerTurn),
                ]
                    + InvitationStore.dropExpired(tenant: job.tenant, before: oldest)
                    + AuthorizationStore.dropExpired(tenant: job.tenant, before: oldest))
        }
        return ids.count == Self.tenantsPerTurn ? ids.last : nil
    }
}
