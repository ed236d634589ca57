import AuditCore
@_spi(ScopeMinting) import Postgres
import SQLQuery
import TestSupport
import Testing
import WireFormat

@testable import AuditService
@testable import Bailiwick

@Suite("bailiwick audit verify")
struct VerifyTests {
    /// Verifies as the service's role may: it can read and nothing else.
    private func findings(_ fixture: LogFixture, kept: [Checkpoint] = []) async throws -> [String] {
        let verification = LogVerification(
            reader: LogReader(database: fixture.database), trust: fixture.key.trust, kept: kept)
        return try await verification.verify(fixture.tenant).findings.map(\.description)
    }

    private func filled() async throws -> (LogFixture, [CommittedEvent]) {
        let fixture = try await LogFixture.make()
        var events: [CommittedEvent] = []
        for size in [20, 13, 30] { events += try await fixture.fill(size) }
        return (fixture, events)
    }

    @Test("a log that nobody touched verifies, with all its checkpoints; every tenant is listed")
    func untouched() async throws {
        let (fixture, _) = try await filled()
        _ = try await fixture.log.appender.append(try fixture.committed(2), origin: "hr", fixture.scope)
        let reader = LogReader(database: fixture.database)
        #expect(try await reader.tenants().contains(fixture.tenant.text))
        let report = try await LogVerification(reader: reader, trust: fixture.key.trust, kept: [])
            .verify(fixture.tenant)
        #expect(report.findings == [])
        #expect(report.events == 65)
        #expect(report.checkpoints == 3)
    }

    /// What a superuser does with the triggers off, and what the finding must say.
    struct Attack: Sendable, CustomTestStringConvertible {
        let name: String
        let table: SQL
        let change: @Sendable (_ tenant: TenantID, _ event: UUIDv7) -> SQL
        /// What is put in the place of what the change took away.
        var restore: (@Sendable (_ tenant: TenantID, _ events: [CommittedEvent]) -> SQL)?
        /// The numbers that must be named, and a word of the cause.
        let index: Int?
        let words: String
        var testDescription: String { name }
    }

    static let attacks: [Attack] = [
        Attack(
            name: "the body is altered", table: "event_body",
            change: { tenant, event in
                "UPDATE event_body SET body = replace(body, 'somebody', 'nobody') WHERE tenant = \(tenant) AND id = \(event)"
            }, index: 25, words: "altered-event"),
        Attack(
            name: "the salt is altered", table: "event_body",
            change: { tenant, event in
                "UPDATE event_body SET salt = sha256(salt) WHERE tenant = \(tenant) AND id = \(event)"
            }, index: 25, words: "altered-event"),
        Attack(
            name: "a column for searching is altered", table: "event_body",
            change: { tenant, event in
                "UPDATE event_body SET actor_id = 'nobody' WHERE tenant = \(tenant) AND id = \(event)"
            }, index: 25, words: "`actor_id`"),
        Attack(
            name: "the origin is altered", table: "event_body",
            change: { tenant, event in
                "UPDATE event_body SET origin = 'auth' WHERE tenant = \(tenant) AND id = \(event)"
            }, index: 25, words: "`origin`"),
        Attack(
            name: "the time is altered", table: "event_body",
            change: { tenant, event in
                "UPDATE event_body SET time = time - interval '1 day' WHERE tenant = \(tenant) AND id = \(event)"
            }, index: 25, words: "`time`"),
        Attack(
            name: "the body is deleted", table: "event_body",
            change: { tenant, event in "DELETE FROM event_body WHERE tenant = \(tenant) AND id = \(event)" },
            index: 25, words: "missing-body"),
        Attack(
            name: "the leaf is deleted", table: "leaf",
            change: { tenant, event in "DELETE FROM leaf WHERE tenant = \(tenant) AND event_id = \(event)" },
            index: 25, words: "missing-entry"),
        Attack(
            name: "the commitment is altered", table: "leaf",
            change: { tenant, event in
                "UPDATE leaf SET commitment = sha256('x') WHERE tenant = \(tenant) AND event_id = \(event)"
            }, index: 25, words: "altered-event"),
        Attack(
            name: "two events change places", table: "leaf",
            change: { tenant, _ in
                """
                DELETE FROM leaf WHERE tenant = \(tenant) AND sequence IN (25, 26)
                """
            },
            restore: { tenant, events in
                """
                INSERT INTO leaf (tenant, sequence, event_id, commitment) VALUES
                    (\(tenant), 25, \(events[26].event.id), \(events[26].commitment.bytes)),
                    (\(tenant), 26, \(events[25].event.id), \(events[25].commitment.bytes))
                """
            }, index: 20, words: "root-mismatch"),
        Attack(
            name: "the tail is cut off", table: "leaf",
            change: { tenant, _ in "DELETE FROM leaf WHERE tenant = \(tenant) AND sequence >= 40" },
            index: 40, words: "missing-entry"),
        Attack(
            name: "a checkpoint's root is altered", table: "checkpoint",
            change: { tenant, _ in
                "UPDATE checkpoint SET root = sha256('x') WHERE tenant = \(tenant) AND size = 33"
            }, index: nil, words: "bad-checkpoint"),
        Attack(
            name: "a checkpoint's note is altered", table: "checkpoint",
            change: { tenant, _ in
                "UPDATE checkpoint SET note = replace(note, 'test/', 'tset/') WHERE tenant = \(tenant) AND size = 33"
            }, index: nil, words: "bad-checkpoint"),
        Attack(
            name: "a stored node is altered", table: "node",
            change: { tenant, _ in
                "UPDATE node SET hash = sha256('x') WHERE tenant = \(tenant) AND level = 4 AND place = 1"
            }, index: 16, words: "altered-node"),
        Attack(
            name: "a body is inserted past the log", table: "event_body",
            change: { tenant, event in
                """
                INSERT INTO event_body (tenant, id, origin, salt, body, time, actor_id, action, resource_type,
                    resource_id, outcome, request_id)
                SELECT tenant, \(UUIDv7.generate()), origin, salt, body, time, actor_id, action, resource_type,
                    resource_id, outcome, request_id
                FROM event_body WHERE tenant = \(tenant) AND id = \(event)
                """
            }, index: nil, words: "no leaf"),
    ]

    @Test("each alteration by a superuser is found, with tenant, index and cause", arguments: attacks)
    func attack(_ attack: Attack) async throws {
        let (fixture, events) = try await filled()
        let event = events[25].event.id
        try await fixture.tamper(attack.table, attack.change(fixture.tenant, event))
        if let restore = attack.restore { try await fixture.tamper(attack.table, restore(fixture.tenant, events)) }
        let findings = try await findings(fixture)
        let place = "tenant \(fixture.tenant)" + (attack.index.map { ", index \($0):" } ?? ":")
        #expect(findings.contains { $0.hasPrefix(place) && $0.contains(attack.words) }, "\(findings)")
        if attack.index == 25 && attack.words != "missing-entry" {
            #expect(findings.contains { $0.contains(event.text) }, "\(findings)")
        }
    }

    @Test("a history rewritten with everything in it, but another key, is not believed")
    func anotherKey() async throws {
        let (fixture, _) = try await filled()
        let other = try CheckpointKey.generate(name: "test")
        let verification = LogVerification(
            reader: LogReader(database: fixture.database), trust: other.trust, kept: [])
        let findings = try await verification.verify(fixture.tenant).findings
        #expect(findings.count == 3)
        #expect(findings.allSatisfy { $0.code == .badCheckpoint })
    }

    @Test("an older copy of the database does not lead to a checkpoint that was kept elsewhere")
    func olderCopy() async throws {
        let (fixture, _) = try await filled()
        let rows = try await fixture.database.query(
            fixture.scope, "SELECT note FROM checkpoint WHERE tenant = \(fixture.tenant) AND size = 63")
        let kept = try fixture.key.trust.verify(try rows[0].get("note"), of: fixture.tenant)
        try await fixture.tamper("leaf", "DELETE FROM leaf WHERE tenant = \(fixture.tenant) AND sequence >= 33")
        try await fixture.tamper("checkpoint", "DELETE FROM checkpoint WHERE tenant = \(fixture.tenant) AND size > 33")
        try await fixture.tamper("node", "DELETE FROM node WHERE tenant = \(fixture.tenant) AND place > 1")
        try await fixture.tamper(
            "event_body",
            """
            DELETE FROM event_body b WHERE b.tenant = \(fixture.tenant)
                AND NOT EXISTS (SELECT FROM leaf l WHERE l.tenant = b.tenant AND l.event_id = b.id)
            """)
        #expect(try await findings(fixture) == [])
        let found = try await findings(fixture, kept: [kept])
        #expect(found.contains { $0.contains("missing-entry") }, "\(found)")
    }
}
