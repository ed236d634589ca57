import CEL

/// One comparison of a fact with a constant, as two words of a table.
///
/// The first word holds the column, the test, whether it is negated, and whether the next atom is another chance for
/// the same clause; the second is the constant: a number, or one bit for each text of a list.
struct TableAtom: Hashable {
    /// What is compared.
    enum Test: UInt64 {
        /// The value is the operand.
        case equal
        /// The value is less than the operand.
        case less
        /// The value is greater than the operand.
        case greater
        /// The operand has the bit of the value.
        case among
    }

    let column: Int
    let test: Test
    var isNegated: Bool
    let operand: UInt64
    /// Whether it is joined with the next by `or`; otherwise its clause ends here.
    var goesOn = false

    /// Words of an atom.
    static let size = 2
    static let columnMask: UInt64 = 0xFF
    static let testShift: UInt64 = 8
    static let testMask: UInt64 = 0x3
    static let negated: UInt64 = 1 << 16
    static let goesOn: UInt64 = 1 << 17

    /// The first word.
    var head: UInt64 {
        UInt64(column) | test.rawValue << Self.testShift | (isNegated ? Self.negated : 0)
            | (goesOn ? Self.goesOn : 0)
    }
}

/// Reads conditions as clauses that must all hold, each of comparisons of which one must: what conditions of people are
/// made of. For what is not of this form a table asks the program.
struct ClauseReader {
    private let columns: ColumnBuilder
    private let sources: [SlotSource]

    /// More would be a list, not a condition; a table counts them in a byte.
    static let mostAtoms = 255

    init(columns: ColumnBuilder, sources: [SlotSource]) {
        self.columns = columns
        self.sources = sources
    }

    /// The clauses one after another; nil for another form.
    /// - Parameter residual: the condition when nothing of the request is known.
    func atoms(_ residual: Residual) -> [UInt64]? {
        var atoms: [TableAtom] = []
        guard join(residual, negated: false, to: &atoms), atoms.count <= Self.mostAtoms else { return nil }
        return atoms.flatMap { [$0.head, $0.operand] }
    }

    /// Adds what must all hold.
    private func join(_ residual: Residual, negated: Bool, to atoms: inout [TableAtom]) -> Bool {
        switch (residual, negated) {
        case (.not(let part), _): return join(part, negated: !negated, to: &atoms)
        case (.and(let parts), false), (.or(let parts), true):
            for part in parts where !join(part, negated: negated, to: &atoms) { return false }
            return true
        default:
            let first = atoms.count
            guard choose(residual, negated: negated, to: &atoms), atoms.count > first else { return false }
            for place in first..<atoms.count - 1 { atoms[place].goesOn = true }
            return true
        }
    }

    /// Adds what one of must hold.
    private func choose(_ residual: Residual, negated: Bool, to atoms: inout [TableAtom]) -> Bool {
        switch (residual, negated) {
        case (.not(let part), _): return choose(part, negated: !negated, to: &atoms)
        case (.or(let parts), false), (.and(let parts), true):
            for part in parts where !choose(part, negated: negated, to: &atoms) { return false }
            return true
        default:
            guard var atom = atom(residual) else { return false }
            if negated { atom.isNegated.toggle() }
            atoms.append(atom)
            return true
        }
    }

    private func atom(_ residual: Residual) -> TableAtom? {
        switch residual {
        case .slot(let slot):
            guard let column = columns.number(sources[slot], .boolean) else { return nil }
            return TableAtom(column: column, test: .equal, isNegated: false, operand: 1)
        case .call("_==_", let parts) where parts.count == 2: return equality(parts[0], parts[1], isNegated: false)
        case .call("_!=_", let parts) where parts.count == 2: return equality(parts[0], parts[1], isNegated: true)
        case .call("_in_", let parts) where parts.count == 2: return membership(parts[0], parts[1])
        case .call("_<_", let parts) where parts.count == 2: return order(parts, .less, isNegated: false)
        case .call("_>=_", let parts) where parts.count == 2: return order(parts, .less, isNegated: true)
        case .call("_>_", let parts) where parts.count == 2: return order(parts, .greater, isNegated: false)
        case .call("_<=_", let parts) where parts.count == 2: return order(parts, .greater, isNegated: true)
        default: return nil
        }
    }

    private func equality(_ left: Residual, _ right: Residual, isNegated: Bool) -> TableAtom? {
        switch (left, right) {
        case (.slot(let slot), .literal(let value)), (.literal(let value), .slot(let slot)):
            guard let (column, operand) = columns.operand(value, of: sources[slot]) else { return nil }
            return TableAtom(column: column, test: .equal, isNegated: isNegated, operand: UInt64(bitPattern: operand))
        default: return nil
        }
    }

    private func membership(_ left: Residual, _ right: Residual) -> TableAtom? {
        guard case .slot(let slot) = left, case .literal(.list(let values)) = right else { return nil }
        var bits: UInt64 = 0
        var place: Int?
        for value in values {
            guard case .string = value, let (column, operand) = columns.operand(value, of: sources[slot]),
                operand < ColumnTable.bits
            else { return nil }
            place = column
            bits |= 1 << UInt64(operand)
        }
        return place.map { TableAtom(column: $0, test: .among, isNegated: false, operand: bits) }
    }

    private func order(_ parts: [Residual], _ test: TableAtom.Test, isNegated: Bool) -> TableAtom? {
        guard case .slot(let slot) = parts[0], case .literal(.int(let limit)) = parts[1],
            let column = columns.number(sources[slot], .integer)
        else { return nil }
        return TableAtom(column: column, test: test, isNegated: isNegated, operand: UInt64(bitPattern: limit))
    }
}
