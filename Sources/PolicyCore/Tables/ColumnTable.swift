import CEL
import WireFormat

/// The facts that a module's tables compare, and the numbers of the texts that they are compared with.
final class ColumnTable: Sendable {
    /// The most columns: a request's values stand in one small block. Conditions on further facts are asked.
    static let most = 16
    /// Texts with smaller numbers can be elements of a list, which is a word.
    static let bits: Int64 = 64
    /// The number of a text that no condition names.
    static let otherText = Int64.max

    /// What a column's values are.
    enum Kind: Sendable { case text, integer, boolean }

    /// Which fact it is; without the particulars of `SlotSource`, so that telling it counts no references.
    fileprivate enum Fact: Sendable { case attribute, subjectID, subjectTenant, subjectEmployee, isDelegated }

    fileprivate struct Column: Sendable {
        let fact: Fact
        /// The attribute's name and its key; empty for other facts.
        let name: String
        let key: TextKey
        let kind: Kind
        let texts: TextIndex<Int64>
    }

    private let columns: [Column]

    fileprivate init(_ columns: [Column]) { self.columns = columns }

    /// The value of a fact as a number; nil when there is none of its type.
    @inline(never)
    func value(_ number: Int, _ facts: Facts) -> Int64? {
        switch columns[number].fact {
        case .attribute:
            guard let record = facts.record,
                let stated = record.pointee.value(of: columns[number].name, columns[number].key)
            else { return nil }
            switch (columns[number].kind, stated) {
            case (.text, .string(let text)): return columns[number].texts[text] ?? Self.otherText
            case (.integer, .integer(let value)): return value
            case (.boolean, .bool(let truth)): return truth ? 1 : 0
            default: return nil
            }
        case .subjectID: return columns[number].texts[facts.subject.pointee.id] ?? Self.otherText
        case .subjectTenant: return facts.subject.pointee.tenant.map { columns[number].texts[$0] ?? Self.otherText }
        case .subjectEmployee:
            return facts.subject.pointee.employeeID.map { columns[number].texts[$0] ?? Self.otherText }
        case .isDelegated: return facts.subject.pointee.act.isEmpty ? 0 : 1
        }
    }
}

/// Gathers the columns of a module while its conditions are compiled. A class, because the compilers of overlays begin
/// as copies of their module's and all add to the same columns.
final class ColumnBuilder {
    private var sources: [(source: SlotSource, kind: ColumnTable.Kind)] = []
    private var numbers: [SlotSource: Int] = [:]
    private var texts: [[String: Int64]] = []
    /// The texts that can be in a column, where they are declared.
    private var values: [Set<String>?] = []

    /// The number of a fact's column; nil for a fact of another kind, one that tables do not hold, or one too many.
    func number(_ source: SlotSource, _ kind: ColumnTable.Kind) -> Int? {
        if let known = numbers[source] { return sources[known].kind == kind ? known : nil }
        guard sources.count < ColumnTable.most, Self.fact(of: source)?.1 == kind else { return nil }
        numbers[source] = sources.count
        sources.append((source, kind))
        texts.append([:])
        if case .attribute(_, .enumeration(let declared)) = source {
            values.append(Set(declared))
        } else {
            values.append(nil)
        }
        return sources.count - 1
    }

    /// A fact's column and the number of a constant in it.
    func operand(_ value: Value, of source: SlotSource) -> (column: Int, operand: Int64)? {
        switch value {
        case .string(let text):
            return number(source, .text).map { ($0, operand(of: text, in: $0)) }
        case .int(let number): return self.number(source, .integer).map { ($0, number) }
        case .bool(let truth): return number(source, .boolean).map { ($0, truth ? 1 : 0) }
        default: return nil
        }
    }

    /// The number of a text in a column of texts.
    func operand(of text: String, in column: Int) -> Int64 {
        if let known = texts[column][text] { return known }
        let next = Int64(texts[column].count)
        texts[column][text] = next
        return next
    }

    /// The bits of texts in a column of texts; nil where one has a number beyond them.
    func bits(of texts: [String], in column: Int) -> UInt64? {
        var bits: UInt64 = 0
        for text in texts {
            let operand = operand(of: text, in: column)
            guard operand < ColumnTable.bits else { return nil }
            bits |= 1 << UInt64(operand)
        }
        return bits
    }

    /// What a column holds, and the texts that can be in it where they are declared.
    func content(of column: Int) -> (kind: ColumnTable.Kind, values: Set<String>?) {
        (sources[column].kind, values[column])
    }

    /// The finished table.
    func table() -> ColumnTable {
        ColumnTable(
            zip(sources, texts).compactMap { column, texts in
                // INVARIANT: every source has a fact, so that numbers stay; `number` asks before it gives one.
                guard let (fact, _) = Self.fact(of: column.source) else { return nil }
                let name = if case .attribute(let name, _) = column.source { name } else { "" }
                return ColumnTable.Column(
                    fact: fact, name: name, key: TextKey(name), kind: column.kind,
                    texts: TextIndex(texts.sorted { $0.value < $1.value }.map { (key: $0.key, value: $0.value) }))
            })
    }

    private static func fact(of source: SlotSource) -> (ColumnTable.Fact, ColumnTable.Kind)? {
        switch source {
        case .attribute(_, let type):
            switch type {
            case .string, .uuid, .employee, .member, .enumeration: (.attribute, .text)
            case .integer: (.attribute, .integer)
            case .boolean: (.attribute, .boolean)
            case .day, .instant: nil
            }
        case .subjectID: (.subjectID, .text)
        case .subjectTenant: (.subjectTenant, .text)
        case .subjectEmployee: (.subjectEmployee, .text)
        case .isDelegated: (.isDelegated, .boolean)
        default: nil
        }
    }
}

/// The values of one request's columns, each looked up once.
struct ColumnValues {
    private var known: UInt32 = 0
    private var missing: UInt32 = 0
    private var values = InlineArray<16, Int64>(repeating: 0)

    /// What an atom comes to.
    @inline(__always)
    mutating func truth(_ head: UInt64, _ operand: UInt64, _ facts: Facts, _ columns: ColumnTable) -> Truth {
        let column = Int(head & TableAtom.columnMask)
        let bit: UInt32 = 1 &<< UInt32(truncatingIfNeeded: column)
        if known & bit == 0 { look(column, bit, facts, columns) }
        if missing & bit != 0 { return .unknown }
        let value = values[column]
        let holds: Bool
        switch head &>> TableAtom.testShift & TableAtom.testMask {
        case TableAtom.Test.equal.rawValue: holds = value == Int64(bitPattern: operand)
        case TableAtom.Test.less.rawValue: holds = value < Int64(bitPattern: operand)
        case TableAtom.Test.greater.rawValue: holds = value > Int64(bitPattern: operand)
        default: holds = value < ColumnTable.bits && operand &>> UInt64(truncatingIfNeeded: value) & 1 != 0
        }
        return holds == (head & TableAtom.negated == 0) ? .yes : .no
    }

    private mutating func look(_ column: Int, _ bit: UInt32, _ facts: Facts, _ columns: ColumnTable) {
        known |= bit
        if let value = columns.value(column, facts) { values[column] = value } else { missing |= bit }
    }
}
