import AuditClient
import AuditCore
import IdentityClient
import Postgres
import ServiceKit
import WireFormat

/// Reads pages of a tenant's trail. Every reading is itself an event, recorded before the answer leaves.
struct TrailReader: Sendable {
    /// A page, and where the next one begins.
    struct Page: Sendable {
        let items: [EventStore.Stored]
        let next: EventStore.Position?
    }

    let database: Database
    let journal: Journal

    /// Reads a page and records the reading.
    ///
    /// - Parameter record: the event about the reading, given the page.
    func page(
        _ filter: EventFilter, after position: EventStore.Position?, limit: Int, _ scope: TenantScope,
        record: (Page) -> AuditEvent
    ) async throws -> Page {
        // One more than asked for tells whether there is a next page.
        let rows = try await database.query(
            scope, EventStore.page(filter, after: position, most: limit + 1, scope.tenant))
        let found = try EventStore.stored(rows)
        let items = Array(found.prefix(limit))
        let next = found.count > limit ? items.last.map { EventStore.Position(time: $0.time, id: $0.id) } : nil
        let page = Page(items: items, next: next)
        try await journal.record(record(page))
        return page
    }
}

extension EventStore.Position {
    /// The position as a cursor holds it.
    var parts: [String] { [time.rfc3339, id.text] }

    /// Reads what a cursor held.
    init?(parts: [String]) {
        guard parts.count == 2, let time = Instant(rfc3339: parts[0]), let id = UUIDv7(parts[1]) else { return nil }
        self.init(time: time, id: id)
    }
}
