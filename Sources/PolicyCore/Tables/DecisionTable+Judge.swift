/// What a region of a table says for one holder of roles.
struct TableFinding {
    /// Grants joined; no where a denial matched.
    var outcome = Truth.no
    /// The widest scope among the grants that hold.
    var scope = Scope.none
    /// The number of the grant of that scope; meaningful where the outcome is yes and there are grants.
    var rule = 0
    /// The number of the denial that matched.
    var denial: Int?
    /// Whether any role has a grant for the action at all.
    var hasGrant = false
}

extension DecisionTable {
    /// Judges an action as `Judgement` does, to the same answer, by its region.
    ///
    /// Of denials those for everyone come first, then those of the lowest role, then the order of the file; of grants the
    /// widest scope, then the lowest role, then the order of the file.
    func judge(
        _ place: Int, _ evaluator: inout Evaluator<Truth>, _ values: inout ColumnValues
    ) -> TableFinding {
        let region = region(at: place)
        let given = evaluator.given.firstWord
        var finding = TableFinding()
        guard given & region[0] != 0 else { return finding }
        finding.hasGrant = true
        let counts = region[1]
        let hasGrants = counts & TableRegion.hasGrants != 0
        let first = Int(region[TableRegion.firstRule])
        var line = region + TableRegion.header + (hasGrants ? evaluator.facts.roles.names.count : 0)

        for _ in 0..<Int(counts & 0xFFFF) {
            if holds(line[1], region, first, &evaluator, &values) != .no {
                finding.denial = first + Int(line[1] >> TableRegion.ruleShift)
                return finding
            }
            line += TableRegion.line
        }
        let roleDenials = Int(counts >> 16 & 0xFFFF)
        if given & region[2] != 0 {
            finding.denial = denial(line, roleDenials, region, first, &evaluator, &values)
            if finding.denial != nil { return finding }
        }
        guard hasGrants else {
            finding.scope = .all
            finding.outcome = .yes
            return finding
        }
        line += roleDenials * TableRegion.line
        grant(line, Int(counts >> 32 & 0xFFFF), region, first, &evaluator, &values, &finding)
        return finding
    }

    /// The denial of the lowest role that matches.
    private func denial(
        _ start: UnsafePointer<UInt64>, _ count: Int, _ region: UnsafePointer<UInt64>, _ first: Int,
        _ evaluator: inout Evaluator<Truth>, _ values: inout ColumnValues
    ) -> Int? {
        let given = evaluator.given.firstWord
        let lowest = (given & region[2]).trailingZeroBitCount
        var line = start
        var best = TableRegion.mostRoles
        var found: Int?
        for _ in 0..<count {
            let role = (line[0] & given).trailingZeroBitCount
            if role < best, holds(line[1], region, first, &evaluator, &values) != .no {
                best = role
                found = first + Int(line[1] >> TableRegion.ruleShift)
                if role == lowest { return found }
            }
            line += TableRegion.line
        }
        return found
    }

    /// Joins the grants.
    private func grant(
        _ start: UnsafePointer<UInt64>, _ count: Int, _ region: UnsafePointer<UInt64>, _ first: Int,
        _ evaluator: inout Evaluator<Truth>, _ values: inout ColumnValues, _ finding: inout TableFinding
    ) {
        let given = evaluator.given.firstWord
        var widest: UInt64 = 0
        var roles = given
        while roles != 0 {
            let word = region[TableRegion.header + roles.trailingZeroBitCount]
            if word >> TableRegion.ruleShift > widest >> TableRegion.ruleShift { widest = word }
            roles &= roles &- 1
        }
        let covered = widest >> TableRegion.ruleShift
        if covered > 0 {
            let scope = Self.scope(covered)
            finding.outcome = evaluator.reach(scope)
            if finding.outcome == .yes {
                finding.scope = scope
                finding.rule = first + Int(widest & 0xFFFF_FFFF)
            }
        }
        // Wider ones first: what comes after the first that holds matters only for a lower role of the same scope.
        var line = start
        var best = TableRegion.mostRoles
        for _ in 0..<count {
            let meta = line[1]
            let scope = meta & TableRegion.scopeMask
            if scope <= covered || (best < TableRegion.mostRoles && scope < UInt64(finding.scope.rawValue)) { return }
            let role = (line[0] & given).trailingZeroBitCount
            if role < best {
                let truth = holds(meta, region, first, &evaluator, &values)
                finding.outcome = finding.outcome.or(truth)
                if truth == .yes {
                    best = role
                    finding.scope = Self.scope(scope)
                    finding.rule = first + Int(meta >> TableRegion.ruleShift)
                }
            }
            line += TableRegion.line
        }
    }

    /// What a rule comes to.
    @inline(__always)
    private func holds(
        _ meta: UInt64, _ region: UnsafePointer<UInt64>, _ first: Int, _ evaluator: inout Evaluator<Truth>,
        _ values: inout ColumnValues
    ) -> Truth {
        if meta & TableRegion.isAsked != 0 {
            return evaluator.evaluate(rules[first + Int(meta >> TableRegion.ruleShift)].predicate)
        }
        let scope = meta & TableRegion.scopeMask
        var result = scope == UInt64(Scope.all.rawValue) ? Truth.yes : evaluator.reach(Self.scope(scope))
        var clause = Truth.no
        var atom = region + Int(meta >> TableRegion.placeShift & TableRegion.placeMask)
        for _ in 0..<Int(meta >> TableRegion.countShift & TableRegion.countMask) {
            if result == .no { return .no }
            clause = clause.or(values.truth(atom[0], atom[1], evaluator.facts, evaluator.facts.module.columns))
            if atom[0] & TableAtom.goesOn == 0 {
                result = result.and(clause)
                clause = .no
            }
            atom += TableAtom.size
        }
        return result
    }

    @inline(__always)
    private static func scope(_ raw: UInt64) -> Scope { Scope(rawValue: Int(raw)) ?? .none }
}
