/// One step of a program. Instructions live in one array and refer to their operands by index there, to everything else
/// by index in the tables of `Code`.
///
/// INVARIANT: holds no references, so that reading one costs no reference counting.
enum Instruction: Sendable {
    typealias Index = Int32

    /// `Code.constants`.
    case constant(Index)
    /// Always an error of `Code.errors`: an undeclared name in an expression that was not checked.
    case fail(Index)

    // Names
    case slot(Index)
    /// `has` of a slot.
    case slotPresent(Index)
    case local(Index)
    /// A variable of `bind`: its number and its value.
    case lazyLocal(Index, value: Index)

    // Logic; the terms of `and` and `or` are a run of `Code.operands`.
    case not(Index)
    case and(first: Index, count: Index)
    case or(first: Index, count: Index)
    case conditional(Index, then: Index, otherwise: Index)

    // Comparisons; those with a constant are what conditions are made of.
    case equal(Index, Index, isNegated: Bool)
    case slotEqualsText(slot: Index, text: Index, isNegated: Bool)
    case slotEqualsInt(slot: Index, constant: Index, isNegated: Bool)
    case slotEqualsSlot(Index, Index, isNegated: Bool)
    case slotIsTrue(Index)
    case order(Order, Index, Index)
    case slotOrderInt(Order, slot: Index, constant: Index)
    case contained(Index, in: Index)
    /// In a constant list; `Code.sets`.
    case inSet(Index, set: Index)
    case slotInSet(slot: Index, set: Index)
    /// In a few constant texts, a run of `Code.texts`.
    case slotInTexts(slot: Index, first: Index, count: Index)
    /// `startsWith` and its kin, of a constant text.
    case textTest(TextTest, Index, text: Index)
    /// `matches` with a constant pattern; `Code.patterns`.
    case matches(Index, pattern: Index)

    // Arithmetic
    case negate(Index)
    case arithmetic(Arithmetic, Index, Index)

    // Calls and aggregates; their parts are a run of `Code.operands`.
    case call(function: Index, first: Index, count: Index)
    case optionalOr(Index, Index, unwraps: Bool)
    case select(Index, field: Index, isOptional: Bool)
    case present(Index, field: Index)
    case index(Index, Index, isOptional: Bool)
    case list(first: Index, count: Index)
    /// Pairs of key and value.
    case map(first: Index, count: Index)
    /// An element or value after `?`; only within `list` and `map`.
    case optionalPart(Index)

    // Macros
    /// `Code.comprehensions`.
    case comprehension(Index)
    /// Numbers of the first variable and how many.
    case bind(first: Index, count: Index, body: Index)
    case optionalMap(Index, local: Index, body: Index, isFlat: Bool)
}

/// `<` and its kin.
enum Order: UInt8, Sendable {
    case less, lessOrEqual, greater, greaterOrEqual

    /// Whether a comparison's result, negative, zero or positive, is such.
    @inline(__always)
    func accepts(_ comparison: Int) -> Bool {
        switch self {
        case .less: comparison < 0
        case .lessOrEqual: comparison <= 0
        case .greater: comparison > 0
        case .greaterOrEqual: comparison >= 0
        }
    }

    /// The same with the sides exchanged.
    var flipped: Order {
        switch self {
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        }
    }

    /// The operator's function.
    var name: String {
        switch self {
        case .less: "_<_"
        case .lessOrEqual: "_<=_"
        case .greater: "_>_"
        case .greaterOrEqual: "_>=_"
        }
    }
}

/// Functions that look for a text in another; they have instructions because a call costs an array of arguments.
enum TextTest: String, Sendable {
    case startsWith, endsWith, contains

    @inline(__always)
    func holds(_ text: String, _ wanted: String) -> Bool {
        switch self {
        case .startsWith: text.starts(withCodePointsOf: wanted)
        case .endsWith: text.ends(withCodePointsOf: wanted)
        case .contains: text.contains(codePointsOf: wanted)
        }
    }
}

/// `+` and its kin.
enum Arithmetic: UInt8, Sendable {
    case add, subtract, multiply, divide, modulo

    /// The operator's function.
    var name: String {
        switch self {
        case .add: "_+_"
        case .subtract: "_-_"
        case .multiply: "_*_"
        case .divide: "_/_"
        case .modulo: "_%_"
        }
    }
}
