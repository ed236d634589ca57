import AuditCore
@_spi(ScopeMinting) import Postgres
import SQLQuery
import TestSupport
import Testing
import WireFormat

@testable import AuditService

@Suite("Appending")
struct LogAppenderTests {
    @Test("numbers begin at 0 and follow the order of the delivery")
    func numbers() async throws {
        let fixture = try await LogFixture.make()
        let events = try fixture.committed(5)
        let first = try await fixture.log.appender.append(events, origin: "hr", fixture.scope)
        #expect(first == (0..<5).map { .stored(sequence: $0) })
        let second = try await fixture.log.appender.append(try fixture.committed(1), origin: "auth", fixture.scope)
        #expect(second == [.stored(sequence: 5)])
    }

    @Test("an event that comes again is counted once, and keeps its number")
    func twice() async throws {
        let fixture = try await LogFixture.make()
        let events = try fixture.committed(3)
        _ = try await fixture.log.appender.append(events, origin: "hr", fixture.scope)
        let again = try await fixture.log.appender.append(
            [events[2], events[0]] + (try fixture.committed(1)), origin: "hr", fixture.scope)
        #expect(again == [.duplicate(sequence: 2), .duplicate(sequence: 0), .stored(sequence: 3)])
        #expect(try await fixture.bodies() == 4)
    }

    @Test("whether an id is known is looked up, however little the planner knows of the log")
    func lookup() async throws {
        let fixture = try await LogFixture.makeAlone()
        _ = try await fixture.log.appender.append(try fixture.committed(200), origin: "hr", fixture.scope)
        let ids = (0..<100).map { _ in UUIDv7.generate() }
        let lines = try await fixture.database.query(
            fixture.scope, "EXPLAIN (COSTS OFF) \(LogStore.known(ids, fixture.tenant))"
        ).map { try $0.get(at: 0, as: String.self) }
        let plan = lines.joined(separator: "\n")
        #expect(lines.contains { $0.contains("Index Cond") && $0.contains("event_id") }, "\(plan)")
        #expect(!lines.contains { $0.contains("Filter") && $0.contains("event_id") }, "\(plan)")
        #expect(!plan.contains("Seq Scan on leaf"), "\(plan)")
    }

    @Test("an id that comes again with another content is a conflict, in the log and within one delivery")
    func conflict() async throws {
        let fixture = try await LogFixture.make()
        let event = fixture.event()
        let other = fixture.event(id: event.id, action: "employee.update")
        let appender = fixture.log.appender
        let outcomes = try await appender.append(
            [try CommittedEvent(event), try CommittedEvent(other)], origin: "hr", fixture.scope)
        #expect(outcomes == [.stored(sequence: 0), .conflict(sequence: 0)])
        let later = try await appender.append([try CommittedEvent(other)], origin: "hr", fixture.scope)
        #expect(later == [.conflict(sequence: 0)])
        #expect(try await fixture.bodies() == 1)
    }

    @Test("copies of the service that append at the same time number without gap or double")
    func concurrentCopies() async throws {
        let fixture = try await LogFixture.make()
        let copies = [fixture.log, fixture.anotherCopy(), fixture.anotherCopy()]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<9 {
                let copy = copies[writer % copies.count]
                group.addTask {
                    for size in 1...6 {
                        let events = try fixture.committed(size)
                        _ = try await copy.appender.append(events, origin: "hr", fixture.scope)
                        // Each repeats what it sent, as a relay does that saw no answer.
                        let again = try await copy.appender.append(events, origin: "hr", fixture.scope)
                        #expect(again.allSatisfy { if case .duplicate = $0 { true } else { false } })
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await fixture.sequences() == Array(0..<(9 * 21)))
        #expect(try await fixture.bodies() == 9 * 21)
    }

    @Test("a crash between body and leaf leaves neither, and the repetition stores both")
    func crashWithinTheTransaction() async throws {
        struct Crash: Error {}
        let fixture = try await LogFixture.make()
        let events = try fixture.committed(4)
        await #expect(throws: Crash.self) {
            try await fixture.database.transaction(fixture.scope) { transaction in
                _ = try await transaction.execute(LogStore.insertBodies(events, origin: "hr", fixture.tenant))
                throw Crash()
            }
        }
        #expect(try await fixture.bodies() == 0)
        let outcomes = try await fixture.log.appender.append(events, origin: "hr", fixture.scope)
        #expect(outcomes == (0..<4).map { .stored(sequence: $0) })
    }

    @Test("every column that searches use is a copy of the event")
    func columns() async throws {
        let fixture = try await LogFixture.make()
        let event = fixture.event(resource: EventResource(type: "employee", id: "e-1"))
        _ = try await fixture.log.appender.append([try CommittedEvent(event)], origin: "hr", fixture.scope)
        let row = try #require(
            try await fixture.database.query(
                fixture.scope,
                """
                SELECT origin, time, actor_id, action, resource_type, resource_id, outcome, request_id, body
                FROM event_body WHERE tenant = \(fixture.tenant)
                """
            ).first)
        #expect(try row.get("origin", as: String.self) == "hr")
        #expect(try row.get("time", as: Instant.self) == event.time)
        #expect(try row.get("actor_id", as: String.self) == "somebody")
        #expect(try row.get("action", as: String.self) == "employee.view")
        #expect(try row.get("resource_type", as: String.self) == "employee")
        #expect(try row.get("resource_id", as: String.self) == "e-1")
        #expect(try row.get("outcome", as: String.self) == "allowed")
        #expect(try row.get("request_id", as: String.self) == event.requestID?.text)
        #expect(Array(try row.get("body", as: String.self).utf8) == event.canonicalBytes)
    }
}
