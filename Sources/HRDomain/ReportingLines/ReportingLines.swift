public import WireFormat

/// Who reports to whom from when to when.
public struct ReportingLine: Hashable, Sendable {
    /// The one who reports.
    public let employee: UUIDv7
    /// To whom.
    public let manager: UUIDv7
    /// From this instant on.
    public let from: Instant
    /// Up to, not including; `nil` while it lasts.
    public let until: Instant?

    /// A line with its dates.
    public init(employee: UUIDv7, manager: UUIDv7, from: Instant, until: Instant? = nil) {
        self.employee = employee
        self.manager = manager
        self.from = from
        self.until = until
    }

    /// Whether the line holds at an instant.
    public func holds(at instant: Instant) -> Bool {
        from <= instant && until.map { instant < $0 } ?? true
    }
}

/// The rules of reporting lines, over lines in memory; the same rules stand as recursive queries in HRService, and a
/// test compares the two.
public struct ReportingLines: Sendable {
    /// A chain is followed this far: no organisation is deeper, and a fault in the data cannot make a query run away.
    public static let depthLimit = 64

    private var linesByEmployee: [UUIDv7: [ReportingLine]] = [:]
    private let leavers: [UUIDv7: Day]

    /// Lines, and the day from which each leaver is no longer employed.
    public init(_ lines: [ReportingLine], leavers: [UUIDv7: Day] = [:]) {
        self.leavers = leavers
        for line in lines { linesByEmployee[line.employee, default: []].append(line) }
    }

    /// The manager in force at an instant, leaver or not.
    public func manager(of employee: UUIDv7, asOf instant: Instant) -> UUIDv7? {
        linesByEmployee[employee]?.first { $0.holds(at: instant) }?.manager
    }

    /// The managers above somebody as of an instant, nearest first: at most 64 hops, leavers skipped.
    public func chain(of employee: UUIDv7, asOf instant: Instant) -> [UUIDv7] {
        let today = Day(instant)
        var chain: [UUIDv7] = []
        var current = employee
        for _ in 0..<ReportingLines.depthLimit {
            guard let manager = manager(of: current, asOf: instant) else { break }
            let hasLeft = leavers[manager].map { $0 <= today } ?? false
            if !hasLeft { chain.append(manager) }
            current = manager
        }
        return chain
    }

    /// Why `employee` may not report to `manager` from an instant on; `nil` when he may.
    ///
    /// A leaver counts as a link: he could come back, and a cycle through him would come back with him.
    public func refusal(of employee: UUIDv7, reportingTo manager: UUIDv7, from instant: Instant)
        -> ReportingLineRefusal?
    {
        if employee == manager { return .oneself }
        var current = manager
        for _ in 0..<ReportingLines.depthLimit {
            guard let next = self.manager(of: current, asOf: instant) else { return nil }
            if next == employee { return .cycle }
            current = next
        }
        return .tooDeep
    }

    /// Ends the line in force and starts another one.
    public mutating func set(_ manager: UUIDv7?, of employee: UUIDv7, from instant: Instant) {
        var lines = linesByEmployee[employee, default: []].filter { $0.from < instant }
        if let index = lines.firstIndex(where: { $0.holds(at: instant) }) {
            lines[index] = ReportingLine(
                employee: employee, manager: lines[index].manager, from: lines[index].from, until: instant)
        }
        if let manager { lines.append(ReportingLine(employee: employee, manager: manager, from: instant)) }
        linesByEmployee[employee] = lines
    }
}

/// Why a reporting line is refused.
public enum ReportingLineRefusal: Hashable, Sendable {
    /// Nobody reports to himself.
    case oneself
    /// The manager already reports, directly or not, to the employee.
    case cycle
    /// The chain would pass 64 hops.
    case tooDeep

    /// The reason in words.
    public var reason: String {
        switch self {
        case .oneself: "nobody reports to himself"
        case .cycle: "the manager already reports, directly or through others, to this employee"
        case .tooDeep: "the chain of managers would have more than \(ReportingLines.depthLimit) links"
        }
    }
}
