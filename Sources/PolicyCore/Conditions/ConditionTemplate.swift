import CEL

/// What conditions of one shape have in common: the words of their atoms, with places for the literals, and how to
/// compile one of them when its program is asked for. Checks by the table never ask.
///
/// INVARIANT: whether a condition of such a shape is well-typed, translatable and of sense depends on its literals only
/// as `words(_:columns:)` tests it: they are operands of comparisons with facts of their type, and nothing else.
final class ConditionTemplate: Sendable {
    private struct Place: Sendable {
        /// The word of the operand.
        let word: Int
        let column: Int
        /// The values that the fact can have; nil for all of its type.
        let values: Set<String>?
    }

    private let environment: Environment
    private let slots: SlotTable
    private let words: [UInt64]
    private let places: [Place]
    /// Whether conditions of the shape can become filters.
    let isTranslatable: Bool

    /// - Parameters:
    ///   - words: The atoms of a condition of the shape.
    ///   - slots: The table that its program was compiled with.
    /// - Returns: nil where the literals are not the operands one after another, or where equal ones leave a doubt.
    init?(
        _ words: [UInt64], of shape: ConditionShape, columns: ColumnBuilder, environment: Environment,
        slots: SlotTable, isTranslatable: Bool
    ) {
        guard Set(shape.literals).count == shape.literals.count else { return nil }
        var places: [Place] = []
        for word in stride(from: 1, to: words.count, by: TableAtom.size) {
            let column = Int(words[word - 1] & TableAtom.columnMask)
            let (kind, values) = columns.content(of: column)
            if kind == .boolean { continue }
            guard places.count < shape.literals.count else { return nil }
            let isList = words[word - 1] >> TableAtom.testShift & TableAtom.testMask == TableAtom.Test.among.rawValue
            switch shape.literals[places.count] {
            case .text(let text):
                guard kind == .text, !isList, words[word] == UInt64(bitPattern: columns.operand(of: text, in: column))
                else { return nil }
            case .integer(let number):
                guard kind == .integer, words[word] == UInt64(bitPattern: number) else { return nil }
            case .list(let texts):
                guard isList, words[word] == columns.bits(of: texts, in: column) else { return nil }
            }
            places.append(Place(word: word, column: column, values: values))
        }
        guard places.count == shape.literals.count else { return nil }
        self.environment = environment
        self.slots = slots
        self.words = words
        self.places = places
        self.isTranslatable = isTranslatable
    }

    /// The atoms with other literals; nil for a text that the fact never is, or one too many for a list.
    func words(_ literals: [ConditionShape.Literal], columns: ColumnBuilder) -> [UInt64]? {
        var result = words
        for (place, literal) in zip(places, literals) {
            switch literal {
            case .integer(let number): result[place.word] = UInt64(bitPattern: number)
            case .text(let text):
                if let values = place.values, !values.contains(text) { return nil }
                result[place.word] = UInt64(bitPattern: columns.operand(of: text, in: place.column))
            case .list(let texts):
                if let values = place.values, !texts.allSatisfy(values.contains) { return nil }
                guard let bits = columns.bits(of: texts, in: place.column) else { return nil }
                result[place.word] = bits
            }
        }
        return result
    }

    /// The program of a condition of this shape.
    func program(_ text: String) -> Program {
        var slots = slots
        do throws(ExpressionErrors) {
            let checked = try environment.check(try Expression.parse(text), expecting: .bool)
            return try environment.compile(checked, slots: &slots)
        } catch {
            preconditionFailure("a condition differs from one that was compiled in more than literals: \(error)")
        }
    }
}
