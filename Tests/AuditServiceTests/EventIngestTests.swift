import AuditClient
import AuditCore
import Logging
@_spi(ScopeMinting) import Postgres
import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import AuditService

@Suite("Deliveries")
struct EventIngestTests {
    private let call = Call(method: .post, path: "/internal/v1/events", logger: TestDatabase.quiet)

    private func take(_ values: [JSONValue], _ fixture: LogFixture) async throws -> [EventDeliveryAnswer.Result] {
        let ingest = EventIngest(appender: fixture.log.appender, journal: fixture.log.journal)
        let delivery = try EventDelivery.decode(
            from: EventDelivery(tenant: fixture.tenant, events: values).wire)
        return try EventDeliveryAnswer.decode(from: try await ingest.take(delivery, from: .hr, call).wire).results
    }

    @Test("an answer names what became of each event, in order")
    func answers() async throws {
        let fixture = try await LogFixture.make()
        let good = try fixture.committed(2).map(\.wire)
        let foreign = try CommittedEvent(fixture.event(tenant: .system)).wire
        let results = try await take([good[0], foreign, good[1], good[0]], fixture)
        #expect(results.map(\.outcome) == [.stored, .refused, .stored, .duplicate])
        #expect(results.map(\.sequence) == [0, nil, 1, 0])
        #expect(try await fixture.sequences() == [0, 1, 2])
    }

    @Test("a refused event is itself on the record, with who delivered it and why")
    func refusalIsRecorded() async throws {
        let fixture = try await LogFixture.make()
        let event = fixture.event()
        _ = try await take([try CommittedEvent(event).wire], fixture)
        let forged = try CommittedEvent(fixture.event(id: event.id, action: "employee.update")).wire
        let results = try await take([forged], fixture)
        #expect(results.map(\.outcome) == [.refused])
        let trail = try await fixture.trail()
        let record = try #require(trail.last?.event)
        #expect(trail.count == 2)
        #expect(record["action"] == "audit.append")
        #expect(record["outcome"] == "denied")
        #expect(record["actor"]?["id"] == "hr")
        #expect(record["resource"]?["id"]?.string == event.id.text)
        #expect(record["request_id"]?.string == call.id.text)
    }

    @Test("an empty or oversized delivery is refused as a whole", arguments: [0, EventDelivery.eventLimit + 1])
    func size(count: Int) {
        let delivery = EventDelivery(tenant: .system, events: Array(repeating: .null, count: count))
        #expect(throws: FieldErrors.self) { try EventDelivery.decode(from: delivery.wire) }
    }
}

extension LogFixture {
    /// The tenant's whole trail, oldest first.
    func trail() async throws -> [EventStore.Stored] {
        let rows = try await database.query(
            scope, EventStore.page(EventFilter(order: .oldest), after: nil, most: 1000, tenant))
        return try EventStore.stored(rows)
    }
}
