import AuditCore
import Testing
import WireFormat

/// A small log with checkpoints at 4, 8 and 12, which every test alters in one way.
@Suite struct LogVerifierTests {
    struct SampleLog {
        let tenant: TenantID
        var entries: [LogEntry]
        var checkpoints: [Checkpoint]

        init(tenant: TenantID, count: Int = 12, checkpointsAt sizes: Set<Int> = [4, 8, 12]) throws {
            self.tenant = tenant
            entries = []
            checkpoints = []
            var range = CompactRange()
            let origin = try LogOrigin(installation: "example.com", tenant: tenant)
            for index in 0..<count {
                let event = try CommittedEvent(SampleEvents.plain(index, tenant: tenant))
                entries.append(SampleLog.entry(index, event))
                range.append(MerkleHashing.leafHash(event.commitment))
                if sizes.contains(index + 1) {
                    checkpoints.append(Checkpoint(origin: origin, size: range.size, root: range.root))
                }
            }
        }

        static func entry(_ index: Int, _ event: CommittedEvent) -> LogEntry {
            LogEntry(
                index: UInt64(index), id: event.event.id, commitment: event.commitment,
                body: LogEntry.Body(salt: event.salt, canonicalBytes: event.canonicalBytes),
                storedLeaf: MerkleHashing.leafHash(event.commitment))
        }

        func findings(erased: Set<UInt64> = [], depth: LogVerifier.Depth = .events) -> [LogFinding] {
            var verifier = LogVerifier(tenant: tenant, checkpoints: checkpoints, erased: erased, depth: depth)
            var findings: [LogFinding] = []
            for entry in entries { findings += verifier.read(entry) }
            return findings + verifier.finish()
        }
    }

    private func log() throws -> SampleLog { try SampleLog(tenant: SampleEvents.tenant()) }

    @Test func anHonestLogHasNoFindings() throws {
        #expect(try log().findings().isEmpty)
        #expect(try SampleLog(tenant: .system, count: 0, checkpointsAt: []).findings().isEmpty)
    }

    @Test func anAlteredBodyIsNamed() throws {
        for place in 0..<12 {
            var log = try log()
            let entry = log.entries[place]
            let body = try #require(entry.body)
            let text = String(decoding: body.canonicalBytes, as: UTF8.self).replacing("denied", with: "failed")
            log.entries[place] = LogEntry(
                index: entry.index, id: entry.id, commitment: entry.commitment,
                body: LogEntry.Body(salt: body.salt, canonicalBytes: Array(text.utf8)))
            let findings = log.findings()
            #expect(findings.map(\.code) == [.alteredEvent])
            #expect(findings.first?.index == UInt64(place))
            #expect(findings.first?.tenant == log.tenant)
            #expect(findings.first?.goodUpTo == UInt64(place / 4 * 4))
        }
    }

    @Test func anAlteredBodyWithItsCommitmentIsFoundByTheNextCheckpointAndNamedByTheStoredLeaf() throws {
        var log = try log()
        let forged = try CommittedEvent(SampleEvents.plain(100, tenant: log.tenant))
        let stored = log.entries[5].storedLeaf
        log.entries[5] = LogEntry(
            index: 5, id: forged.event.id, commitment: forged.commitment,
            body: LogEntry.Body(salt: forged.salt, canonicalBytes: forged.canonicalBytes), storedLeaf: stored)
        let findings = log.findings()
        #expect(findings.map(\.code) == [.alteredNode, .rootMismatch])
        #expect(findings.first?.index == 5)
        #expect(findings.last?.goodUpTo == 4)
    }

    @Test func aRemovedEntryIsNamed() throws {
        var log = try log()
        log.entries.remove(at: 6)
        let findings = log.findings()
        #expect(findings.map(\.code) == [.missingEntry])
        #expect(findings.first?.index == 6)
    }

    @Test func aTailCutOffIsNamed() throws {
        var log = try log()
        log.entries.removeLast(3)
        let findings = log.findings()
        #expect(findings.map(\.code) == [.missingEntry])
        #expect(findings.first?.index == 9)
        #expect(findings.first?.goodUpTo == 8)
    }

    @Test func anInsertedEntryIsFound() throws {
        var log = try log()
        let forged = try CommittedEvent(SampleEvents.plain(100, tenant: log.tenant))
        log.entries.insert(SampleLog.entry(6, forged), at: 6)
        #expect(log.findings().map(\.code) == [.misplacedEntry, .rootMismatch])
        // Numbered on, so that nothing looks out of place: the next checkpoint tells.
        for place in 7..<log.entries.count {
            let entry = log.entries[place]
            log.entries[place] = LogEntry(
                index: UInt64(place), id: entry.id, commitment: entry.commitment, body: entry.body)
        }
        #expect(log.findings().map(\.code) == [.rootMismatch])
    }

    @Test func exchangedEntriesAreFound() throws {
        var log = try log()
        log.entries.swapAt(9, 10)
        #expect(log.findings().contains { $0.code == .missingEntry && $0.index == 9 })
        let (first, second) = (log.entries[9], log.entries[10])
        log.entries[9] = LogEntry(index: 9, id: first.id, commitment: first.commitment, body: first.body)
        log.entries[10] = LogEntry(index: 10, id: second.id, commitment: second.commitment, body: second.body)
        let findings = log.findings()
        #expect(findings.map(\.code) == [.rootMismatch])
        #expect(findings.first?.goodUpTo == 8)
    }

    @Test func anotherTenantsEntryIsNamed() throws {
        var log = try log()
        let foreign = try CommittedEvent(SampleEvents.plain(3, tenant: .system))
        log.entries[3] = SampleLog.entry(3, foreign)
        let findings = log.findings()
        #expect(findings.map(\.code) == [.foreignEvent, .rootMismatch])
        #expect(findings.first?.index == 3)
    }

    @Test func aRowThatNamesAnotherEventIsFound() throws {
        var log = try log()
        let entry = log.entries[2]
        log.entries[2] = LogEntry(index: 2, id: .generate(), commitment: entry.commitment, body: entry.body)
        #expect(log.findings().map(\.code) == [.wrongIdentity])
    }

    @Test func aMissingBodyNeedsALoggedErasure() throws {
        var log = try log()
        let entry = log.entries[7]
        log.entries[7] = LogEntry(index: 7, id: entry.id, commitment: entry.commitment, body: nil)
        let findings = log.findings()
        #expect(findings.map(\.code) == [.missingBody])
        #expect(findings.first?.index == 7)
        #expect(log.findings(erased: [7]).isEmpty)
    }

    @Test func bytesThatAreNoCanonicalEventAreFoundAlsoWhenTheyWereCommittedTo() throws {
        for text in ["{}", "nonsense", SampleEvents.canonical.replacing(",\"version\":1", with: ", \"version\":1")] {
            var log = try SampleLog(tenant: SampleEvents.tenant(), count: 1, checkpointsAt: [])
            let salt = EventSalt.generate()
            let bytes = Array(text.utf8)
            let commitment = EventCommitment.commit(salt: salt, canonicalBytes: bytes)
            log.entries[0] = LogEntry(
                index: 0, id: try SampleEvents.id("aa"), commitment: commitment,
                body: LogEntry.Body(salt: salt, canonicalBytes: bytes))
            #expect(log.findings().map(\.code) == [.unreadableEvent])
            #expect(log.findings(depth: .commitments).isEmpty)
        }
    }

    @Test func aForkIsFound() throws {
        var log = try log()
        let second = log.checkpoints[1]
        log.checkpoints.append(Checkpoint(origin: second.origin, size: 8, root: numberedLeaf(1)))
        #expect(log.findings().map(\.code) == [.fork])
    }

    @Test func aCheckpointOfAnotherTenantIsFound() throws {
        var log = try log()
        let origin = try LogOrigin(installation: "example.com", tenant: .system)
        log.checkpoints[2] = Checkpoint(origin: origin, size: 12, root: log.checkpoints[2].root)
        #expect(log.findings().map(\.code) == [.badCheckpoint])
    }

    @Test func verificationGoesOnFromATrustedState() throws {
        let log = try log()
        var first = LogVerifier(tenant: log.tenant, checkpoints: log.checkpoints)
        for entry in log.entries.prefix(8) { #expect(first.read(entry).isEmpty) }
        var second = LogVerifier(
            tenant: log.tenant, checkpoints: log.checkpoints, start: try #require(first.state))
        for entry in log.entries.dropFirst(8) { #expect(second.read(entry).isEmpty) }
        #expect(second.finish().isEmpty)
    }

    @Test func absurdIndexesAreFindingsAndNoWork() throws {
        var log = try log()
        let entry = log.entries[11]
        log.entries[11] = LogEntry(index: .max, id: entry.id, commitment: entry.commitment, body: entry.body)
        #expect(log.findings().map(\.code) == [.missingEntry])
    }

    @Test func aFindingNamesTenantIndexAndCause() throws {
        let finding = LogFinding(.alteredEvent, tenant: .system, index: 17, detail: "event x", goodUpTo: 16)
        #expect("\(finding)" == "tenant system, index 17: altered-event: event x (good up to size 16)")
    }
}
