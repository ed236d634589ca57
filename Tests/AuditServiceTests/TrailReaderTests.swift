import AuditClient
import AuditCore
@_spi(ScopeMinting) import Postgres
import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import AuditService

@Suite("Reading the trail")
struct TrailReaderTests {
    private func filled(_ fixture: LogFixture) async throws -> [AuditEvent] {
        let start = Instant.now().adding(.seconds(-3600))
        var events: [AuditEvent] = []
        for index in 0..<60 {
            // Every third shares its time with the one before: order must be stable among equal times.
            let time = start.adding(.seconds(index - (index % 3 == 2 ? 1 : 0)))
            events.append(
                fixture.event(
                    id: .generate(at: time), time: time, actor: index % 2 == 0 ? "ada" : "bob",
                    action: index % 5 == 0 ? "employee.update" : "employee.view",
                    resource: EventResource(type: index % 4 == 0 ? "department" : "employee", id: "r\(index % 7)")))
        }
        // They arrive in another order than they happened.
        let shuffled = try events.shuffled().map { try CommittedEvent($0) }
        _ = try await fixture.log.appender.append(shuffled, origin: "hr", fixture.scope)
        return events.sorted { ($0.time, $0.id) < ($1.time, $1.id) }
    }

    /// Follows the pages to their end.
    private func all(_ filter: EventFilter, _ fixture: LogFixture, limit: Int) async throws -> [UUIDv7] {
        let reader = TrailReader(database: fixture.database, journal: fixture.log.journal)
        var ids: [UUIDv7] = []
        var position: EventStore.Position?
        repeat {
            let page = try await reader.page(filter, after: position, limit: limit, fixture.scope) { _ in
                fixture.event(action: "audit.view", origin: "audit")
            }
            ids += page.items.map(\.id)
            position = try page.next.map { try #require(EventStore.Position(parts: $0.parts)) }
        } while position != nil
        return ids
    }

    @Test("pages follow each other in the order of time, without gap or double", arguments: [1, 7, 60, 200])
    func pages(limit: Int) async throws {
        let fixture = try await LogFixture.make()
        let events = try await filled(fixture)
        // Readings write events of their own, so the pages are kept to what happened before.
        let end = Instant.now().adding(.seconds(-1800))
        let oldest = try await all(EventFilter(to: end, order: .oldest), fixture, limit: limit)
        #expect(oldest == events.map(\.id))
        let newest = try await all(EventFilter(to: end, order: .newest), fixture, limit: limit)
        #expect(newest == events.map(\.id).reversed())
    }

    @Test("filters are joined")
    func filters() async throws {
        let fixture = try await LogFixture.make()
        let events = try await filled(fixture)
        let middle = events[30].time
        let examples: [(EventFilter, (AuditEvent) -> Bool)] = [
            (EventFilter(actor: "ada", order: .oldest), { $0.actor.id == "ada" }),
            (EventFilter(action: "employee.update", order: .oldest), { $0.action == "employee.update" }),
            (
                EventFilter(resourceType: "employee", resourceID: "r3", order: .oldest),
                { $0.resource.type == "employee" && $0.resource.id == "r3" }
            ),
            (
                EventFilter(actor: "bob", action: "employee.view", from: middle, order: .oldest),
                { $0.actor.id == "bob" && $0.action == "employee.view" && $0.time >= middle }
            ),
            (EventFilter(actor: "ada", to: middle, order: .oldest), { $0.actor.id == "ada" && $0.time < middle }),
            (EventFilter(requestID: events[5].requestID?.text, order: .oldest), { $0.id == events[5].id }),
            (EventFilter(outcome: "denied", order: .oldest), { _ in false }),
        ]
        for (filter, matches) in examples {
            #expect(
                try await all(filter, fixture, limit: 10).filter { events.map(\.id).contains($0) }
                    == events.filter(matches).map(\.id))
        }
    }

    @Test("reading is an event, recorded before the page is given")
    func readingIsRecorded() async throws {
        let fixture = try await LogFixture.make()
        _ = try await all(EventFilter(order: .newest), fixture, limit: 10)
        let trail = try await fixture.trail()
        #expect(trail.map { $0.event["action"]?.string } == ["audit.view"])
        #expect(trail[0].sequence == 0)
    }
}
