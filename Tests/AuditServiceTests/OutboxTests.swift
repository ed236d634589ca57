import AuditClient
import AuditCore
import Logging
@_spi(ScopeMinting) import Postgres
import SQLQuery
import ServiceKit
import Synchronization
import TestSupport
import Testing
import WireFormat

@testable import AuditService

/// Delivers straight into the ingest of an AuditService over the same database; can be made to fail.
private final class Ingest: OutboxDestination {
    struct Down: Error {}

    let topic = OutboxTopic.audit
    let batchLimit: Int
    let ingest: EventIngest
    private let state = Mutex((isDown: false, losesAnswers: 0, deliveries: [[UUIDv7]]()))

    init(_ fixture: LogFixture, batchLimit: Int = EventDelivery.eventLimit) {
        self.batchLimit = batchLimit
        ingest = EventIngest(appender: fixture.log.appender, journal: fixture.log.journal)
    }

    var deliveries: [[UUIDv7]] { state.withLock { $0.deliveries } }

    func setDown(_ isDown: Bool) { state.withLock { $0.isDown = isDown } }

    /// The next so many answers are lost after the events were stored.
    func loseAnswers(_ count: Int) { state.withLock { $0.losesAnswers = count } }

    func deliver(_ messages: [OutboxMessage], for tenant: TenantID) async throws -> [OutboxReceipt] {
        let isDown = state.withLock { state in
            state.deliveries.append(messages.map(\.id))
            return state.isDown
        }
        if isDown { throw Down() }
        let call = Call(method: .post, path: "/internal/v1/events", logger: TestDatabase.quiet)
        let answer = try await ingest.take(
            EventDelivery(tenant: tenant, events: try messages.map { try $0.payload() }), from: .hr, call)
        let isLost = state.withLock { state in
            state.losesAnswers -= 1
            return state.losesAnswers >= 0
        }
        if isLost { throw Down() }
        return zip(messages, answer.results).map { message, result in
            OutboxReceipt(
                id: message.id,
                outcome: result.outcome == .refused ? .refused(reason: result.reason ?? "") : .acknowledged)
        }
    }
}

@Suite("The outbox")
struct OutboxTests {
    private func outbox(_ fixture: LogFixture) -> AuditOutbox {
        AuditOutbox(database: fixture.database, origin: .hr)
    }

    private func waiting(_ fixture: LogFixture, _ tenant: TenantID? = nil) async throws -> Int {
        let scope = TenantScope(tenant: tenant ?? fixture.tenant)
        return try await fixture.database.query(scope, "SELECT count(*) AS n FROM outbox")[0].get("n")
    }

    /// Runs a relay beside `body`.
    private func withRelay(
        _ fixture: LogFixture, _ destinations: [any OutboxDestination], copies: Int = 1,
        _ body: () async throws -> Void
    ) async throws {
        var pace = OutboxPace()
        pace.idle = .milliseconds(5)
        pace.firstBackOff = .milliseconds(5)
        pace.longestBackOff = .milliseconds(50)
        pace.pairsPerTurn = 2
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<copies {
                let relay = OutboxRelay(
                    database: fixture.database, scope: SystemScope(), destinations: destinations,
                    logger: TestDatabase.quiet, pace: pace)
                group.addTask { try await relay.run() }
            }
            try await body()
            group.cancelAll()
        }
    }

    @Test("an event commits with the change, and is undone with it")
    func transaction() async throws {
        struct Undone: Error {}
        let fixture = try await LogFixture.makeAlone()
        let outbox = outbox(fixture)
        try await fixture.database.transaction(fixture.scope) { transaction in
            try await outbox.record(fixture.event(), in: transaction)
            try await outbox.record([fixture.event(), fixture.event()], in: transaction)
        }
        await #expect(throws: Undone.self) {
            try await fixture.database.transaction(fixture.scope) { transaction in
                try await outbox.record(fixture.event(), in: transaction)
                throw Undone()
            }
        }
        #expect(try await waiting(fixture) == 3)
    }

    @Test("an event can ride on a read, and only when the read found something")
    func oneRoundTrip() async throws {
        let fixture = try await LogFixture.makeAlone()
        let outbox = outbox(fixture)
        for found in [true, false] {
            let recorded = try outbox.insertion(of: fixture.event(), onlyIf: "EXISTS (SELECT FROM found)")
            let read: SQL = "SELECT 7 AS answer WHERE \(found)"
            let rows = try await fixture.database.query(
                fixture.scope, "WITH found AS (\(read)), recorded AS (\(recorded)) SELECT * FROM found")
            #expect(rows.count == (found ? 1 : 0))
        }
        #expect(try await waiting(fixture) == 1)
    }

    @Test("an event of another tenant does not enter")
    func otherTenant() async throws {
        let fixture = try await LogFixture.makeAlone()
        let foreign = fixture.event(tenant: .system)
        await #expect(throws: OutboxError.self) { try await outbox(fixture).record(foreign, fixture.scope) }
        await #expect(throws: PostgresError.self) {
            try await fixture.database.transaction(fixture.scope) { transaction in
                try await outbox(fixture).record(foreign, in: transaction)
            }
        }
        #expect(try await waiting(fixture) == 0)
    }

    @Test("the relay carries every tenant's events to the log and empties the outbox")
    func delivery() async throws {
        let fixture = try await LogFixture.makeAlone()
        let outbox = outbox(fixture)
        let tenants = [fixture.tenant, .system, TenantID(.generate())]
        for tenant in tenants {
            for _ in 0..<25 {
                try await outbox.record(fixture.event(tenant: tenant), TenantScope(tenant: tenant))
            }
        }
        try await withRelay(fixture, [Ingest(fixture, batchLimit: 4)], copies: 2) {
            for tenant in tenants {
                let holds = try await eventually { try await waiting(fixture, tenant) == 0 }
                #expect(holds)
                let rows = try await fixture.database.query(
                    TenantScope(tenant: tenant), "SELECT sequence FROM leaf ORDER BY sequence")
                #expect(try rows.map { try $0.get("sequence", as: Int64.self) } == Array(0..<25))
            }
        }
    }

    @Test("while AuditService is down events wait; when it is back they arrive, each once")
    func outage() async throws {
        let fixture = try await LogFixture.makeAlone()
        let destination = Ingest(fixture)
        destination.setDown(true)
        try await withRelay(fixture, [destination]) {
            for _ in 0..<10 { try await outbox(fixture).record(fixture.event(), fixture.scope) }
            let isTried = try await eventually { destination.deliveries.count >= 3 }
            #expect(isTried)
            #expect(try await waiting(fixture) == 10)
            destination.setDown(false)
            let holds = try await eventually { try await waiting(fixture) == 0 }
            #expect(holds)
        }
        #expect(try await fixture.sequences() == Array(0..<10))
    }

    @Test("an answer that is lost makes the delivery come again, and counts once")
    func lostAnswers() async throws {
        let fixture = try await LogFixture.makeAlone()
        let destination = Ingest(fixture)
        destination.loseAnswers(3)
        for _ in 0..<5 { try await outbox(fixture).record(fixture.event(), fixture.scope) }
        try await withRelay(fixture, [destination]) {
            let holds = try await eventually { try await waiting(fixture) == 0 }
            #expect(holds)
        }
        #expect(destination.deliveries.count >= 4)
        #expect(try await fixture.sequences() == Array(0..<5))
    }

    @Test("an event that the log will never take is set aside with the reason, and does not hold up the others")
    func refusal() async throws {
        let fixture = try await LogFixture.makeAlone()
        let old = Instant.now().adding(.seconds(-40 * 86_400))
        let stale = fixture.event(id: .generate(at: old), time: old)
        try await outbox(fixture).record(stale, fixture.scope)
        try await outbox(fixture).record(fixture.event(), fixture.scope)
        try await withRelay(fixture, [Ingest(fixture)]) {
            let holds = try await eventually { try await waiting(fixture) == 0 }
            #expect(holds)
        }
        let rows = try await fixture.database.query(fixture.scope, "SELECT id, reason FROM outbox_refused")
        #expect(try rows.map { try $0.get("id", as: UUIDv7.self) } == [stale.id])
        #expect(try rows[0].get("reason", as: String.self).contains("too old"))
    }

    @Test("a row that holds no message is set aside too")
    func unreadable() async throws {
        let fixture = try await LogFixture.makeAlone()
        let id = UUIDv7.generate()
        try await fixture.database.execute(
            fixture.scope,
            "INSERT INTO outbox (tenant, topic, id, payload) VALUES (\(fixture.tenant), 'audit', \(id), '{')")
        try await outbox(fixture).record(fixture.event(), fixture.scope)
        try await withRelay(fixture, [Ingest(fixture)]) {
            let holds = try await eventually { try await waiting(fixture) == 0 }
            #expect(holds)
        }
        let rows = try await fixture.database.query(fixture.scope, "SELECT id FROM outbox_refused")
        #expect(try rows.map { try $0.get("id", as: UUIDv7.self) } == [id])
        #expect(try await fixture.sequences() == [0])
    }

    @Test("a topic whose destination is down does not hold up another topic; one without a destination waits")
    func topics() async throws {
        let fixture = try await LogFixture.makeAlone()
        let command = MembershipEnd(
            tenant: fixture.tenant, member: .generate(), employee: .generate(), at: .now(), requestID: .generate())
        #expect(try MembershipEnd.decode(from: command.wire) == command)
        try await fixture.database.transaction(fixture.scope) { transaction in
            try await outbox(fixture).enqueue(command.message, in: transaction)
            try await outbox(fixture).record(fixture.event(), in: transaction)
        }
        try await withRelay(fixture, [Ingest(fixture)]) {
            let holds = try await eventually { try await waiting(fixture) == 1 }
            #expect(holds)
        }
        #expect(try await fixture.sequences() == [0])
    }
}
