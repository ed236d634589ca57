import HRDomain
import WireFormat

/// Somebody whom the tenant has before an import.
struct KnownEmployee: Sendable {
    let id: UUIDv7
    let number: String
    let manager: UUIDv7?
    let terminatedOn: Day?
}

/// Who will report to whom after an import: managers found by number, in any order, and lines refused that would close
/// a circle or hang on a refused line. Pure; what is written is checked again under the tenant's lock.
struct ImportResolution: Sendable {
    /// One line with its place in the organisation.
    struct Placed: Sendable {
        let line: ImportLine
        /// The employee's id, new for a new one.
        let id: UUIDv7
        let isNew: Bool
        /// The manager after the import.
        let manager: UUIDv7?
        /// Whether the manager becomes another one.
        let movesManager: Bool
        /// Links above; lines are written from the top down, so that no circle ever stands in between.
        var depth = 0
        /// The chain after the import, leavers skipped.
        var chain: [UUIDv7] = []
        /// The chain before the import, leavers skipped; empty for a new employee.
        var presentChain: [UUIDv7] = []
    }

    private(set) var placed: [Placed] = []
    private(set) var rejected: [ImportRejection] = []

    private let today: Day
    private let knownByID: [UUIDv7: KnownEmployee]

    init(_ lines: [ImportLine], known: [KnownEmployee], at instant: Instant) {
        today = Day(instant)
        knownByID = Dictionary(known.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let idByNumber = Dictionary(known.map { ($0.number, $0.id) }, uniquingKeysWith: { first, _ in first })
        var newIDs: [String: UUIDv7] = [:]
        for line in lines where idByNumber[line.number.text] == nil {
            newIDs[line.number.text] = .generate(at: instant)
        }
        var candidates: [Placed] = []
        for line in lines {
            let id = idByNumber[line.number.text] ?? newIDs[line.number.text] ?? .generate(at: instant)
            let present = knownByID[id]?.manager
            var manager = present
            if let number = line.manager {
                if number.isEmpty {
                    manager = nil
                } else if let found = idByNumber[number] ?? newIDs[number] {
                    manager = found
                } else {
                    rejected.append(line.rejection("nobody has this number", at: .managerNumber))
                    continue
                }
            }
            if manager == id {
                rejected.append(line.rejection(ReportingLineRefusal.oneself.reason, at: .managerNumber))
                continue
            }
            candidates.append(
                Placed(
                    line: line, id: id, isNew: knownByID[id] == nil, manager: manager, movesManager: manager != present)
            )
        }
        settle(candidates)
    }

    /// Takes lines out that are refused for another reason: they move nobody and make nobody. What hangs on a new
    /// employee of theirs is rejected; whoever would have been below them gets another chain.
    mutating func refuse(_ ids: Set<UUIDv7>) { settle(placed.filter { !ids.contains($0.id) }) }

    /// Drops lines until what is left makes trees.
    private mutating func settle(_ candidates: [Placed]) {
        var left = candidates
        let before = knownByID.compactMapValues(\.manager)
        while true {
            var managers = before
            for each in left { managers[each.id] = each.manager }
            let present = Set(left.map(\.id)).union(knownByID.keys)
            // Circles first: a line that only hangs on one is judged when the circle is gone.
            let circular = Set(left.filter { Self.ascend(from: $0.id, managers).contains($0.id) }.map(\.id))
            var kept: [Placed] = []
            for var each in left {
                if let reason = refusal(of: each, managers, present, circular) {
                    rejected.append(each.line.rejection(reason, at: .managerNumber))
                    continue
                }
                let chain = Self.ascend(from: each.id, managers)
                each.depth = chain.count
                each.chain = chain.filter { !hasLeft($0) }
                each.presentChain = Self.ascend(from: each.id, before).filter { !hasLeft($0) }
                kept.append(each)
            }
            let isSettled = kept.count == left.count
            left = kept
            if isSettled { break }
        }
        placed = left.sorted { ($0.depth, $0.line.number.text) < ($1.depth, $1.line.number.text) }
    }

    private func refusal(
        of each: Placed, _ managers: [UUIDv7: UUIDv7], _ present: Set<UUIDv7>, _ circular: Set<UUIDv7>
    ) -> String? {
        if circular.contains(each.id) { return ReportingLineRefusal.cycle.reason }
        guard circular.isEmpty, let manager = each.manager else { return nil }
        guard present.contains(manager) else { return "the line of the manager is rejected" }
        if each.movesManager && hasLeft(manager) { return "the manager is no longer employed" }
        let height = Self.ascend(from: each.id, managers).count
        return height > ReportingLines.depthLimit ? ReportingLineRefusal.tooDeep.reason : nil
    }

    private func hasLeft(_ id: UUIDv7) -> Bool {
        knownByID[id]?.terminatedOn.map { $0 <= today } ?? false
    }

    /// The managers above, nearest first; ends at oneself when the chain is a circle, and one link beyond the limit.
    private static func ascend(from id: UUIDv7, _ managers: [UUIDv7: UUIDv7]) -> [UUIDv7] {
        var chain: [UUIDv7] = []
        var current = id
        while chain.count <= ReportingLines.depthLimit, let manager = managers[current] {
            chain.append(manager)
            if manager == id { break }
            current = manager
        }
        return chain
    }
}
