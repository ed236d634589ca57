import HRDomain
import Testing
import WireFormat

@Suite("Reporting lines") struct ReportingLinesTests {
    private let start = Instant(seconds: 1_700_000_000)
    private let people = (0..<70).map { UUIDv7.generate(at: Instant(seconds: 1_600_000_000 + Int64($0))) }

    /// 1 reports to 0, 2 to 1, and so on.
    private func line(_ count: Int) -> [ReportingLine] {
        (1..<count).map { ReportingLine(employee: people[$0], manager: people[$0 - 1], from: start) }
    }

    @Test("a chain is nearest first and as of an instant")
    func chain() {
        var lines = ReportingLines(line(4))
        #expect(lines.chain(of: people[3], asOf: start) == [people[2], people[1], people[0]])
        #expect(lines.chain(of: people[3], asOf: start.adding(.seconds(-1))) == [])
        let later = start.adding(.seconds(60))
        lines.set(people[0], of: people[3], from: later)
        #expect(lines.chain(of: people[3], asOf: later) == [people[0]])
        #expect(lines.chain(of: people[3], asOf: later.adding(.microseconds(-1))).count == 3)
        lines.set(nil, of: people[3], from: later.adding(.seconds(1)))
        #expect(lines.chain(of: people[3], asOf: later.adding(.seconds(1))) == [])
    }

    @Test("leavers are skipped from the day on which they are no longer employed")
    func leavers() {
        let today = Day(start)
        let lines = ReportingLines(line(4), leavers: [people[2]: today])
        #expect(lines.chain(of: people[3], asOf: start) == [people[1], people[0]])
        #expect(lines.chain(of: people[2], asOf: start) == [people[1], people[0]])
        let tomorrow = Day(start.adding(.seconds(86_400)))
        #expect(ReportingLines(line(4), leavers: [people[2]: tomorrow]).chain(of: people[3], asOf: start).count == 3)
    }

    @Test("a chain ends after 64 hops")
    func depth() {
        #expect(ReportingLines(line(70)).chain(of: people[69], asOf: start).count == 64)
    }

    @Test("a cycle is refused, of one link or many, also through a leaver")
    func cycles() {
        let lines = ReportingLines(line(5), leavers: [people[2]: Day(start)])
        #expect(lines.refusal(of: people[0], reportingTo: people[0], from: start) == .oneself)
        #expect(lines.refusal(of: people[0], reportingTo: people[1], from: start) == .cycle)
        #expect(lines.refusal(of: people[0], reportingTo: people[4], from: start) == .cycle)
        #expect(lines.refusal(of: people[4], reportingTo: people[0], from: start) == nil)
        #expect(ReportingLines(line(70)).refusal(of: people[69], reportingTo: people[68], from: start) == .tooDeep)
    }
}
