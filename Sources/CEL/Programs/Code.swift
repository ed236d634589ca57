import WireFormat

/// A compiled expression's instructions and tables; never changed after it is made.
final class Code: Sendable {
    typealias Index = Instruction.Index

    struct CompiledComprehension: Sendable {
        let kind: ComprehensionKind
        let name: String
        let range: Index
        /// Number of the first variable.
        let local: Index
        let hasTwoVariables: Bool
        let filter: Index?
        let body: Index
    }

    /// The tables while they are being filled.
    struct Tables: Sendable {
        var instructions: [Instruction] = []
        /// UTF-8 offset by instruction.
        var offsets: [Int32] = []
        var operands: [Index] = []
        var constants: [Value] = []
        var texts: [String] = []
        var functions: [FunctionDeclaration] = []
        var comprehensions: [CompiledComprehension] = []
        var sets: [ConstantSet] = []
        var patterns: [CompiledPattern] = []
        var patternTexts: [String] = []
        var errors: [EvaluationError] = []
    }

    let instructions: [Instruction]
    let offsets: [Int32]
    let operands: [Index]
    let constants: [Value]
    let texts: [String]
    /// The keys of `texts`.
    let keys: [TextKey]
    let functions: [FunctionDeclaration]
    let comprehensions: [CompiledComprehension]
    let sets: [ConstantSet]
    let patterns: [CompiledPattern]
    let patternTexts: [String]
    let errors: [EvaluationError]
    let root: Index
    let localCount: Int
    /// The table that its slots are numbered by, for the errors of missing ones.
    let slots: [Slot]

    init(_ tables: Tables, root: Index, localCount: Int, slots: [Slot]) {
        instructions = tables.instructions
        offsets = tables.offsets
        operands = tables.operands
        constants = tables.constants
        texts = tables.texts
        keys = tables.texts.map { TextKey($0) }
        functions = tables.functions
        comprehensions = tables.comprehensions
        sets = tables.sets
        patterns = tables.patterns
        patternTexts = tables.patternTexts
        errors = tables.errors
        self.root = root
        self.localCount = localCount
        self.slots = slots
    }
}
