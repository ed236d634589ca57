import AuditClient
import AuditCore
import IdentityClient
import IdentityCore
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// The sessions of whoever asks, in the organisation of the token, and how any of them ends.
struct SessionQueries: Sendable {
    let parts: AuthParts
    let cursors: CursorCodec

    private static let cursorQuery = "sessions"

    /// A page of the living ones, oldest first.
    func list(_ call: Call) async throws -> Reply {
        let user = try call.user
        guard user.isOfOwnFrontend else { throw Problem.noFactors }
        let limit = try call.query.limit()
        let after = try cursors.lastID(call, of: Self.cursorQuery)
        let rows = try await parts.database.query(
            user.tenantScope,
            SessionStore.page(
                of: user.subject, tenant: user.tenant, after: after, limit: limit + 1, now: parts.now()))
        let views = try rows.prefix(limit).map { try SessionView($0, current: user.session) }
        let next =
            rows.count > limit
            ? views.last.map { last in
                cursors.encode(
                    [last.record.id.text], tenant: user.tenant, subject: user.subject, query: Self.cursorQuery)
            } : nil
        return .page(views.map(\.wire), next: next)
    }

    /// Ends one of them, the asking one too.
    ///
    /// - Throws: 404 for one that has ended, or is somebody else's.
    func end(_ id: UUIDv7, _ call: Call) async throws {
        let user = try call.user
        guard user.isOfOwnFrontend else { throw Problem.noFactors }
        let commands = SessionCommands(parts: parts)
        try await parts.database.transaction(user.tenantScope) { transaction in
            let rows = try await transaction.query(SessionStore.locked(id, tenant: user.tenant))
            let now = parts.now()
            guard let session = try rows.first.map(SessionStore.read), session.member == user.subject,
                session.isAlive(at: now)
            else { throw Problem.notFound() }
            let event = AuditEvent(
                call, by: user, action: "session.end", resource: EventResource(type: "session", id: id.text))
            try await commands.end(session, because: .endedByMember, [event], now, in: transaction)
        }
    }
}

/// A session as its owner sees it.
struct SessionView: WireEncodable {
    let record: SessionRecord
    private let ip: String
    private let device: String
    private let browser: String
    private let isCurrent: Bool

    init(_ row: Row, current: UUIDv7) throws {
        record = try SessionStore.read(row)
        ip = try row.get("ip")
        device = try row.get("device")
        browser = try row.get("browser")
        isCurrent = record.id == current
    }

    var wire: JSONValue {
        [
            "id": record.id.wire, "device": .string(device), "browser": .string(browser), "ip": .string(ip),
            "client_id": .string(record.clientID), "amr": JSONValue(record.amr),
            "acr": .string(AssuranceLevel(amr: record.amr).acr), "authenticated_at": record.authenticatedAt.wire,
            "last_used_at": record.lastUsedAt.wire, "expires_at": record.livesUntil.wire,
            "is_current": .bool(isCurrent),
        ]
    }
}

/// One's own sessions.
enum SessionRoutes {
    static func routes(_ queries: SessionQueries) -> [Route] {
        [
            Route(
                .get, "/v1/sessions", access: .signedIn(because: "everybody may see the own sessions"),
                query: ["limit", "cursor"]
            ) { call in try await queries.list(call) },
            Route(
                .delete, "/v1/sessions/{id}", access: .signedIn(because: "everybody may end the own sessions")
            ) { call in
                try await queries.end(call.uuid("id"), call)
                return .empty()
            },
        ]
    }
}
