/// What decides one action, flattened: the words of its region of a `DecisionTable`, and the rules that they number.
///
/// | words | hold |
/// | --- | --- |
/// | 0 | the roles that are granted anything; all of them where an overlay grants nothing |
/// | 1 | counts of denials for everyone, denials by role and grants with a condition, 16 bits each, then flags |
/// | 2 | the roles that have denials |
/// | 3 | the number of the region's first rule |
/// | then, where there are grants, one for each role | its widest grant without a condition: scope, then rule |
/// | then two for each denial or grant with a condition | its roles; rule, place of its atoms, their count, scope |
/// | then | atoms |
///
/// Denials stand in the order of the file, those for everyone first; grants by scope, the widest first, and then in the
/// order of the file. Numbers of rules count from the region's first.
struct TableRegion {
    private(set) var words: [UInt64] = []
    private(set) var rules: [HeldRule] = []

    /// Words before the roles'.
    static let header = 4
    /// The word that tells where the region's rules begin among all of the table; written when it gets its place.
    static let firstRule = 3
    /// Words of a rule beside its atoms.
    static let line = 2
    /// Flags of word 1.
    static let hasGrants: UInt64 = 1 << 48
    static let hasObligations: UInt64 = 1 << 49
    /// Bits of a line's second word.
    static let scopeMask: UInt64 = 0x7
    static let isAsked: UInt64 = 0x8
    static let countShift: UInt64 = 4
    static let countMask: UInt64 = 0xFF
    static let placeShift: UInt64 = 12
    static let placeMask: UInt64 = 0xF_FFFF
    static let ruleShift: UInt64 = 32
    /// The most roles: a set of them is a word.
    static let mostRoles = 64
    private static let mostLines = 0xFFFF
    /// The most atoms: twice these, of the base and of an overlay, cost the conditions of the rules well under the
    /// 100,000 steps that they may take, so that rules and table never differ for lack of steps.
    private static let mostAtoms = 10_000

    /// Flattens the rules of an action; nil for what a table cannot hold: a grant for emergencies, which takes part even
    /// where a wider one does, and what exceeds a table's numbers.
    /// - Parameters:
    ///   - grants: nil where an overlay grants nothing.
    ///   - sorted: those with a condition, the widest first.
    init?(
        grants: RoleRules?, conditional sorted: [RoleRules.Entry], denials: RoleRules, hasObligations: Bool,
        roleCount: Int
    ) {
        guard roleCount <= Self.mostRoles, !sorted.contains(where: \.held.isForEmergencies) else { return nil }
        let counts = [denials.forEveryone.count, denials.entries.count, sorted.count]
        guard counts.allSatisfy({ $0 <= Self.mostLines }) else { return nil }

        var lines: [UInt64] = []
        var atoms: [UInt64] = []
        let roleWords = grants == nil ? 0 : roleCount
        let firstAtom = Self.header + roleWords + counts.reduce(0, +) * Self.line
        lines.reserveCapacity(counts.reduce(0, +) * Self.line)
        for held in denials.forEveryone { add(held, .max, firstAtom, &lines, &atoms) }
        for entry in denials.entries { add(entry.held, entry.holders.firstWord, firstAtom, &lines, &atoms) }
        for entry in sorted { add(entry.held, entry.holders.firstWord, firstAtom, &lines, &atoms) }
        guard atoms.count <= Self.mostAtoms * TableAtom.size, firstAtom + atoms.count <= Int(Self.placeMask) else {
            return nil
        }

        words.reserveCapacity(firstAtom + atoms.count)
        words.append(grants.map { $0.entries.reduce(0) { $0 | $1.holders.firstWord } } ?? .max)
        words.append(
            UInt64(counts[0]) | UInt64(counts[1]) << 16 | UInt64(counts[2]) << 32
                | (grants == nil ? 0 : Self.hasGrants) | (hasObligations ? Self.hasObligations : 0))
        words.append(denials.entries.reduce(0) { $0 | $1.holders.firstWord })
        words.append(0)
        if let grants { appendWidest(grants, roleCount) }
        words += lines
        words += atoms
    }

    private mutating func appendWidest(_ grants: RoleRules, _ roleCount: Int) {
        var widest = Array(repeating: UInt64(0), count: roleCount)
        for entry in grants.entries where !entry.held.isConditional {
            let word = UInt64(entry.held.scope.rawValue) << Self.ruleShift | UInt64(rules.count)
            var isTaken = false
            for role in entry.holders where widest[role] >> Self.ruleShift < word >> Self.ruleShift {
                widest[role] = word
                isTaken = true
            }
            if isTaken { rules.append(entry.held) }
        }
        words += widest
    }

    private mutating func add(
        _ held: HeldRule, _ roles: UInt64, _ firstAtom: Int, _ lines: inout [UInt64], _ atoms: inout [UInt64]
    ) {
        lines.append(roles)
        var line = UInt64(held.scope.rawValue) | UInt64(rules.count) << Self.ruleShift
        rules.append(held)
        let place = firstAtom + atoms.count
        if let count = Self.flatten(held, &atoms) {
            line |= UInt64(count) << Self.countShift | UInt64(place) << Self.placeShift
        } else {
            line |= Self.isAsked
        }
        lines.append(line)
    }

    /// Adds the atoms of a rule's conditions; nil when something else must hold as well.
    private static func flatten(_ held: HeldRule, _ words: inout [UInt64]) -> Int? {
        let start = words.count
        for part in held.predicate.parts {
            switch part {
            case .reach: continue
            case .condition(let condition):
                if let atoms = condition.atoms {
                    words += atoms
                    continue
                }
            case .during, .emergency, .and: break
            }
            words.removeLast(words.count - start)
            return nil
        }
        let count = (words.count - start) / TableAtom.size
        if count <= ClauseReader.mostAtoms { return count }
        words.removeLast(words.count - start)
        return nil
    }
}

/// What decides an action, as objects and flattened.
struct ActionLayer {
    let rules: ActionRules
    /// Nil where a table cannot hold it.
    let region: TableRegion?

    /// - Parameter grants: nil where an overlay grants nothing.
    init(grants: RoleRules?, denials: RoleRules, obligations: [CompiledObligation], roleCount: Int) {
        let conditional = grants?.conditional ?? []
        rules = ActionRules(
            grants: grants.map { GrantIndex($0, conditional: conditional) },
            denials: DenialIndex(rows: denials.rows, forEveryone: denials.forEveryone), obligations: obligations)
        region = TableRegion(
            grants: grants, conditional: conditional, denials: denials, hasObligations: !obligations.isEmpty,
            roleCount: roleCount)
    }
}

/// The grants or the denials of an action by role.
struct RoleRules {
    /// A rule as some roles have it.
    struct Entry {
        let held: HeldRule
        var holders: RoleBits
    }

    /// For each role the rules that it has, as written.
    var rows: [[HeldRule]]
    /// The same by rule, as written.
    var entries: [Entry] = []
    /// Rules that name no role.
    var forEveryone: [HeldRule] = []

    /// Those with a condition, the widest first, then as written.
    var conditional: [Entry] {
        let conditional = entries.filter(\.held.isConditional)
        guard conditional.count > 1 else { return conditional }
        return conditional.enumerated()
            .sorted { ($1.element.held.scope, $0.offset) < ($0.element.held.scope, $1.offset) }.map(\.element)
    }
}
