import CEL

/// A compiled condition, shared by all rules of a module that have the same text.
final class Condition: Sendable {
    /// As it was written.
    let text: String
    let program: Program
    /// Its place in the evaluator's memory of a request.
    let number: Int

    init(text: String, program: Program, number: Int) {
        self.text = text
        self.program = program
        self.number = number
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
