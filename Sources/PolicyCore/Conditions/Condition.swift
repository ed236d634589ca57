import CEL
import Synchronization

/// A compiled condition, shared by all rules of a module that have the same text.
final class Condition: Sendable {
    /// As it was written.
    let text: String
    /// Its place in the evaluator's memory of a request.
    let number: Int
    /// Its clauses as words of `TableAtom`s; nil where it is of another form.
    let atoms: [UInt64]?
    private let compiled = AtomicLazyReference<CompiledProgram>()
    /// Where it is of a known shape, what compiles it.
    private let template: ConditionTemplate?

    private final class CompiledProgram: Sendable {
        let program: Program

        init(_ program: Program) { self.program = program }
    }

    init(text: String, program: Program, number: Int, atoms: [UInt64]?) {
        self.text = text
        self.number = number
        self.atoms = atoms
        template = nil
        _ = compiled.storeIfNil(CompiledProgram(program))
    }

    init(text: String, template: ConditionTemplate, number: Int, atoms: [UInt64]) {
        self.text = text
        self.number = number
        self.atoms = atoms
        self.template = template
    }

    /// The program, compiled when it is first asked for.
    var program: Program {
        if let compiled = compiled.load() { return compiled.program }
        guard let template else { preconditionFailure("a condition has neither a program nor a template") }
        return compiled.storeIfNil(CompiledProgram(template.program(text))).program
    }
}

/// Where a slot of a condition gets its value from.
enum SlotSource: Sendable, Hashable {
    case attribute(String, AttributeType)
    case recordID, recordTenant, recordPerson, managerChain
    case subjectID, subjectTenant, subjectEmployee, subjectRoles, signInMethods, signInTime, isDelegated
    case time, ip, requestID, reason
    case inChain(ChainDepth)
    /// Every role that the holder has, those included that its roles hold.
    case heldRoles

    /// Whether it is a fact of the record, which a plan does not have.
    var isOfRecord: Bool {
        switch self {
        case .attribute, .recordID, .recordTenant, .recordPerson, .managerChain, .inChain: true
        default: false
        }
    }
}
