import AuditCore
@_spi(ScopeMinting) import Postgres
import SQLQuery
import TestSupport
import Testing
import WireFormat

@testable import AuditService

@Suite("Checkpoints")
struct CheckpointSealerTests {
    /// The checkpoints of the fixture's tenant, the smallest first, as a verifier reads them.
    private func checkpoints(_ fixture: LogFixture) async throws -> [Checkpoint] {
        let rows = try await fixture.database.query(
            fixture.scope, "SELECT note FROM checkpoint WHERE tenant = \(fixture.tenant) ORDER BY size")
        return try rows.map { try fixture.key.trust.verify(try $0.get("note"), of: fixture.tenant) }
    }

    private func root(_ events: [CommittedEvent]) -> TreeHash {
        MerkleTree(leaves: events.map { MerkleHashing.leafHash($0.commitment) }).root
    }

    @Test(
        "a checkpoint signs the root over all leaves; each further one continues it", arguments: [1, 15, 16, 17, 300])
    func roots(step: Int) async throws {
        let fixture = try await LogFixture.make()
        var events: [CommittedEvent] = []
        for round in 1...3 {
            events += try await fixture.fill(step)
            let newest = try #require(try await checkpoints(fixture).last)
            #expect(newest.size == UInt64(step * round))
            #expect(newest.root == root(events))
        }
    }

    @Test("nothing new, nothing signed")
    func quiet() async throws {
        let fixture = try await LogFixture.make()
        #expect(try await fixture.log.sealer.seal(fixture.tenant) == nil)
        try await fixture.fill(3)
        _ = try await fixture.log.sealer.seal(fixture.tenant)
        #expect(try await checkpoints(fixture).count == 1)
    }

    @Test("what a crash left unsigned is found by the sweep of another copy")
    func sweep() async throws {
        let fixture = try await LogFixture.makeAlone()
        _ = try await fixture.log.appender.append(try fixture.committed(20), origin: "hr", fixture.scope)
        let system = try CommittedEvent(fixture.event(tenant: .system))
        _ = try await fixture.log.appender.append([system], origin: "hr", TenantScope(tenant: .system))
        // The copy that appended is gone, and with it its memory of what has grown.
        #expect(await fixture.anotherCopy().sealer.sweep())
        #expect(try await checkpoints(fixture).map(\.size) == [20])
        let rows = try await fixture.database.query(
            TenantScope(tenant: .system), "SELECT size FROM checkpoint WHERE tenant = 'system'")
        #expect(try rows.map { try $0.get("size", as: Int64.self) } == [1])
    }

    @Test("copies that sign while others append agree on one growing tree")
    func concurrentCopies() async throws {
        let fixture = try await LogFixture.make()
        let copies = [fixture.log, fixture.anotherCopy(), fixture.anotherCopy()]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for copy in copies {
                group.addTask {
                    for _ in 0..<15 {
                        _ = try await copy.appender.append(try fixture.committed(7), origin: "hr", fixture.scope)
                        _ = try await copy.sealer.seal(fixture.tenant)
                    }
                }
            }
            try await group.waitForAll()
        }
        _ = try await fixture.log.sealer.seal(fixture.tenant)
        let rows = try await fixture.database.query(
            fixture.scope, "SELECT commitment FROM leaf WHERE tenant = \(fixture.tenant) ORDER BY sequence")
        let tree = MerkleTree(
            leaves: try rows.map { row in
                MerkleHashing.leafHash(try #require(TreeHash(bytes: try row.get("commitment", as: [UInt8].self))))
            })
        let signed = try await checkpoints(fixture)
        #expect(signed.last?.size == 3 * 15 * 7)
        for checkpoint in signed { #expect(try tree.root(at: checkpoint.size) == checkpoint.root) }
    }

    @Test("an altered log is not signed any further")
    func altered() async throws {
        let fixture = try await LogFixture.make()
        try await fixture.fill(5)
        try await fixture.tamper(
            "leaf", "UPDATE leaf SET commitment = sha256('x') WHERE tenant = \(fixture.tenant) AND sequence = 4")
        _ = try await fixture.log.appender.append(try fixture.committed(1), origin: "hr", fixture.scope)
        await #expect(throws: TreeDamage.self) { try await fixture.log.sealer.seal(fixture.tenant) }
        #expect(try await checkpoints(fixture).map(\.size) == [5])
    }

    @Test("the running service signs within a second of traffic")
    func withinASecond() async throws {
        let fixture = try await LogFixture.makeAlone()
        let sealer = fixture.log.sealer
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await sealer.run() }
            _ = try await fixture.log.appender.append(try fixture.committed(2), origin: "hr", fixture.scope)
            let signed = try await eventually(within: .seconds(2)) {
                try await checkpoints(fixture).last?.size == 2
            }
            #expect(signed)
            group.cancelAll()
        }
    }
}
