import CEL
import WireFormat

/// The facts of one request as conditions read them.
///
/// INVARIANT: it points into a request and a bundle that outlive it: `RequestFacts.with` makes it for the length of one
/// call, and nothing keeps it. Copying the request's texts and arrays instead was a third of a decision's time.
struct Facts: Activation {
    let subject: UnsafePointer<Subject>
    /// The record; nil when any record is meant.
    let record: UnsafePointer<Resource>?
    let context: UnsafePointer<RequestContext>
    unowned(unsafe) let module: CompiledModule
    unowned(unsafe) let roles: RoleTable
    /// What attributes were found to be, so that many conditions on one cost one look; nil where the record is unknown.
    let found: UnsafeMutablePointer<Found>?
    /// Whose roles count: those of the subject, or of the hop of that number, which acts for it.
    var hop: Int?

    /// The first slots' attributes, without an allocation. A module's conditions look at a dozen facts.
    typealias Found = InlineArray<16, SlotAnswer?>
    private static let remembered = 16

    /// What is known of a slot.
    func answer(_ slot: Int) -> SlotAnswer {
        guard slot < module.sources.count else { return .missing }
        if slot < Self.remembered, let answer = found?.pointee[slot] { return answer }
        switch module.sources[slot] {
        case .attribute(let name, let type):
            guard let record else { return .unknown }
            let value = record.pointee.value(of: name).flatMap { type.value(of: $0) }
            let answer = value.map(SlotAnswer.value) ?? .missing
            if slot < Self.remembered { found?.pointee[slot] = answer }
            return answer
        case .recordID: return ofRecord { $0.id }
        case .recordTenant: return ofRecord { $0.tenant }
        case .recordPerson: return ofRecord { $0.subjectID }
        case .managerChain:
            guard let record else { return .unknown }
            return record.pointee.managerChain.map { .value(.list($0.map(Value.string))) } ?? .missing
        case .inChain(let depth):
            guard let employee = subject.pointee.employeeID else { return .missing }
            guard let record else { return .unknown }
            return record.pointee.managerChain.map { .value(.bool(Filter.stands(employee, in: $0, depth))) } ?? .missing
        case .heldRoles: return .value(.list(roles.heldNames(by: holderNames).map(Value.string)))
        case .subjectID: return .value(.string(subject.pointee.id))
        case .subjectTenant: return text(subject.pointee.tenant)
        case .subjectEmployee: return text(subject.pointee.employeeID)
        case .subjectRoles: return .value(.list(holderNames.map(Value.string)))
        case .signInMethods: return .value(.list(subject.pointee.amr.map(Value.string)))
        case .signInTime: return time(subject.pointee.authTime)
        case .isDelegated: return .value(.bool(!subject.pointee.act.isEmpty))
        case .time: return time(context.pointee.time)
        case .ip: return text(context.pointee.ip)
        case .requestID: return text(context.pointee.requestID)
        case .reason: return text(context.pointee.reason)
        }
    }

    /// The names of the roles that count.
    var holderNames: [String] { hop.map { subject.pointee.act[$0].roles } ?? subject.pointee.roles }

    private func ofRecord(_ fact: (Resource) -> String?) -> SlotAnswer {
        guard let record else { return .unknown }
        return text(fact(record.pointee))
    }

    private func text(_ text: String?) -> SlotAnswer {
        text.map { .value(.string($0)) } ?? .missing
    }

    private func time(_ instant: Instant?) -> SlotAnswer {
        instant.flatMap(Value.init(instant:)).map(SlotAnswer.value) ?? .missing
    }
}
