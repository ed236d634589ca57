import AuditClient
import AuditCore
import Foundation
import Logging
@_spi(ScopeMinting) import Postgres
import SQLQuery
import ServiceKit
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing
import WireFormat

@testable import AuditService

@Suite("A running AuditService")
struct RunningServiceTests {
    /// Runs the service over the fixture's database and gives its internal port.
    private func withService(
        _ fixture: LogFixture, _ body: (_ files: ServiceFiles, _ port: Int) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "audit-run-\(UUIDv7.generate())")
        defer { try? FileManager.default.removeItem(at: directory) }
        let files = try ServiceFiles(in: directory).with(
            database: fixture.test.url(role: ServiceRole.audit.role))
        let port = Mutex<Int?>(nil)
        let runtime = try AuditService.build(
            Settings(environment: files.environment), logger: TestDatabase.quiet,
            onListening: { ports in port.withLock { $0 = ports.internal } })
        let group = runtime.serviceGroup()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let isListening = try await eventually { port.withLock { $0 != nil } }
            #expect(isListening)
            try await body(files, port.withLock { $0 } ?? 0)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test("takes what a relay delivers over HTTP, and shows it to the operator, the reading last")
    func delivery() async throws {
        let fixture = try await LogFixture.makeAlone()
        let outbox = AuditOutbox(database: fixture.database, origin: .hr)
        try await withService(fixture) { files, port in
            let hr = try files.client(of: .hr, port: port, logger: TestDatabase.quiet)
            let relay = OutboxRelay(
                database: fixture.database, scope: SystemScope(), destinations: [AuditDestination(client: hr)],
                logger: TestDatabase.quiet)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await relay.run() }
                for _ in 0..<30 { try await outbox.record(fixture.event(), fixture.scope) }
                let hasArrived = try await eventually { try await fixture.bodies() == 30 }
                #expect(hasArrived)
                tasks.cancelAll()
            }
            let tool = try files.client(of: .operator, port: port, logger: TestDatabase.quiet)
            var events: [JSONValue] = []
            var cursor = ""
            repeat {
                let page = try await tool.send(
                    .get, "/internal/v1/tenants/\(fixture.tenant)/events?order=oldest&limit=20\(cursor)",
                    requestID: .generate(), deadline: .seconds(5)
                ).json()
                events += page["items"]?.array ?? []
                cursor = page["next_cursor"]?.string.map { "&cursor=" + $0 } ?? ""
            } while !cursor.isEmpty
            // The reading of the first page is on the second.
            #expect(events.count == 31)
            #expect(events.compactMap { $0["sequence"]?.integer }.sorted() == Array(0..<31))
            #expect(events.last?["action"] == "audit.view")
            #expect(events.last?["actor"]?["type"] == "operator")
        }
    }

    @Test("lets only the writing services write, and only the operator read another's trail")
    func callers() async throws {
        let fixture = try await LogFixture.makeAlone()
        let delivery = EventDelivery(tenant: fixture.tenant, events: try fixture.committed(1).map(\.wire))
        try await withService(fixture) { files, port in
            for caller in [ServiceName.operator, .policy, .hr] {
                let client = try files.client(of: caller, port: port, logger: TestDatabase.quiet)
                let written = try await client.send(
                    .post, "/internal/v1/events", body: delivery.wire, requestID: .generate(), deadline: .seconds(5))
                let read = try await client.send(
                    .get, "/internal/v1/tenants/\(fixture.tenant)/events", requestID: .generate(), deadline: .seconds(5)
                )
                #expect(written.status == (caller == .operator ? .forbidden : .ok), "\(caller)")
                #expect(read.status == (caller == .operator ? .ok : .forbidden), "\(caller)")
                if caller == .policy {
                    // It may write, but not in HRService's name.
                    #expect(try written.json()["results"]?.array?.first?["outcome"] == "refused")
                }
            }
        }
    }

    /// Whole deliveries that are wrong.
    private static let badDeliveries = [
        "{}", "[]", #"{"version":1,"tenant":"nobody","events":[{}]}"#,
        #"{"version":2,"tenant":"system","events":[{}]}"#, #"{"version":1,"tenant":"system","events":[]}"#,
        #"{"version":1,"tenant":"system","events":[{}],"more":1}"#,
    ]

    @Test("answers bad input with a 4xx problem that names the place, and stores nothing")
    func badInput() async throws {
        let fixture = try await LogFixture.makeAlone()
        try await withService(fixture) { files, port in
            let hr = try files.client(of: .hr, port: port, logger: TestDatabase.quiet)
            for body in Self.badDeliveries {
                let reply = try await hr.send(
                    .post, "/internal/v1/events", body: try JSONValue.parse(Array(body.utf8)), requestID: .generate(),
                    deadline: .seconds(5))
                #expect(reply.status.kind == .clientError, "\(body)")
                #expect(try reply.json()["errors"]?.array?.first?["pointer"] != nil, "\(body)")
            }
        }
        let rows = try await fixture.database.query(SystemScope(), "SELECT tenant FROM log_heads('', 10)")
        #expect(rows.isEmpty)
    }
}
