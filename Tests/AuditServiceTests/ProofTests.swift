import AuditCore
@_spi(ScopeMinting) import Postgres
import Testing
import WireFormat

@testable import AuditService

@Suite("Proofs")
struct ProofTests {
    @Test("every event is provably in the tree, whatever its place", arguments: [1, 2, 33, 130])
    func inclusion(size: Int) async throws {
        let fixture = try await LogFixture.make()
        let proofs = ProofQueries(database: fixture.database, sealer: fixture.log.sealer)
        let events = try await fixture.fill(size)
        for (index, event) in events.enumerated() {
            let answer = try #require(try await proofs.inclusion(of: event.event.id, fixture.scope))
            #expect(answer.proof.index == UInt64(index))
            let commitment = EventCommitment.commit(
                salt: try #require(EventSalt(bytes: answer.salt)), canonicalBytes: event.canonicalBytes)
            let checkpoint = try fixture.key.trust.verify(answer.checkpoint.note, of: fixture.tenant)
            try answer.proof.verify(leaf: MerkleHashing.leafHash(commitment), root: checkpoint.root)
        }
    }

    @Test("an event that was appended a moment ago is signed first, then proved")
    func fresh() async throws {
        let fixture = try await LogFixture.make()
        let proofs = ProofQueries(database: fixture.database, sealer: fixture.log.sealer)
        try await fixture.fill(3)
        let event = try CommittedEvent(fixture.event())
        _ = try await fixture.log.appender.append([event], origin: "hr", fixture.scope)
        let answer = try #require(try await proofs.inclusion(of: event.event.id, fixture.scope))
        #expect(answer.checkpoint.size == 4)
        #expect(try await proofs.inclusion(of: .generate(), fixture.scope) == nil)
    }

    @Test("every earlier tree is provably the beginning of the present one")
    func consistency() async throws {
        let fixture = try await LogFixture.make()
        let proofs = ProofQueries(database: fixture.database, sealer: fixture.log.sealer)
        var events: [CommittedEvent] = []
        for size in [1, 7, 20, 40] { events += try await fixture.fill(size) }
        let tree = MerkleTree(leaves: events.map { MerkleHashing.leafHash($0.commitment) })
        for from in 0...UInt64(events.count) {
            let answer = try #require(try await proofs.consistency(from: from, to: nil, fixture.scope))
            #expect(answer.proof.to == 68)
            try answer.proof.verify(oldRoot: try tree.root(at: from), newRoot: tree.root)
        }
        #expect(try await proofs.consistency(from: 0, to: 69, fixture.scope) == nil)
    }
}
