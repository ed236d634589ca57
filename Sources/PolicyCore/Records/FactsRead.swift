import CEL
import WireFormat

/// The facts that the rules read of a request, found by going through them once more. `check` itself notes nothing, and
/// so costs nothing for it.
struct FactsRead {
    private(set) var sources: Set<SlotSource> = []
    private(set) var hasRelation = false
    private(set) var hasChain = false
    private(set) var hasApprovals = false
    private(set) var hasEmergency = false

    /// Goes through the rules of a decision as the evaluator does: a part that is known not to hold ends its rule, and a
    /// denial that matches ends everything.
    mutating func follow(
        _ request: DecisionRequest, _ entry: PolicyBundle.ActionEntry, _ layers: [ActionRules], _ facts: Facts
    ) {
        var evaluator = Evaluator<Truth>(facts)
        for hop in [nil] + request.subject.act.indices.map(Optional.some) {
            evaluator.hold(hop: hop)
            for layer in layers {
                for held in layer.denials.forEveryone + evaluator.given.flatMap({ layer.denials.rows[$0] })
                where !follow(held.predicate, &evaluator).isNo { return }
                for held in evaluator.given.flatMap({ layer.grants?.rows[$0] ?? [] }) {
                    _ = follow(held.predicate, &evaluator)
                }
            }
            for each in entry.module.classes {
                for held in evaluator.given.flatMap({ each.read.rows[$0] + each.write.rows[$0] }) {
                    _ = follow(held.predicate, &evaluator)
                }
            }
        }
        evaluator.hold(hop: nil)
        for obligation in layers.flatMap(\.obligations) { follow(obligation, &evaluator) }
    }

    private mutating func follow(_ predicate: Predicate, _ evaluator: inout Evaluator<Truth>) -> Truth {
        var result = Truth.yes
        for part in predicate.parts {
            note(part, evaluator.facts)
            result = result.and(evaluator.evaluate(part))
            if result.isNo { return result }
        }
        return result
    }

    private mutating func follow(_ obligation: CompiledObligation, _ evaluator: inout Evaluator<Truth>) {
        if let condition = obligation.condition, follow(.condition(condition), &evaluator).isNo { return }
        switch obligation.rule {
        case .stepUp: sources.formUnion([.signInTime, .signInMethods, .time])
        case .approval:
            hasApprovals = true
            sources.insert(.time)
        case .reasonRequired: sources.insert(.reason)
        case .accompanying: break
        }
    }

    private mutating func note(_ part: Predicate, _ facts: Facts) {
        switch part {
        case .reach(.none), .reach(.all): break
        case .reach(let scope):
            hasRelation = true
            if scope > .own { hasChain = true }
        case .condition(let condition):
            let recording = RecordingActivation(facts)
            var budget = Budget.standard
            _ = condition.program.decide(recording, budget: &budget)
            for slot in recording.slotsRead where facts.module.sources.indices.contains(slot) {
                sources.insert(facts.module.sources[slot])
            }
        case .during: sources.insert(.time)
        case .emergency:
            hasEmergency = true
            sources.insert(.time)
        case .and(let parts): for part in parts { note(part, facts) }
        }
    }
}

extension FactsRead {
    /// The names of what was read, in order.
    func names(about: AboutAttribute?) -> [String] {
        var names = Set(sources.map(\.name))
        if hasRelation {
            names.formUnion(["resource.subject_id", about?.person == .member ? "subject.id" : "subject.employee_id"])
            if let about { names.insert("resource.\(about.name)") }
        }
        // Being in a chain is a fact of both.
        let readsChain = sources.contains { if case .inChain = $0 { true } else { false } }
        if hasChain || readsChain { names.formUnion(["resource.manager_chain", "subject.employee_id"]) }
        if hasApprovals { names.insert("context.approvals") }
        if hasEmergency { names.insert("context.emergency") }
        return names.sorted()
    }

    /// The request without what was not read.
    func reduced(_ request: DecisionRequest, about: AboutAttribute?) -> DecisionRequest {
        let names = Set(names(about: about))
        var kept = request
        func has(_ name: String) -> Bool { names.contains(name) }
        if !has("subject.employee_id") { kept.subject.employeeID = nil }
        if !has("subject.amr") { kept.subject.amr = [] }
        if !has("subject.auth_time") { kept.subject.authTime = nil }
        if !has("resource.subject_id") { kept.resource.subjectID = nil }
        if !has("resource.manager_chain") { kept.resource.managerChain = nil }
        kept.resource.attributes = kept.resource.attributes.filter { has("resource.\($0.key)") && !$0.value.isNull }
        if !has("context.time") { kept.context.time = nil }
        if !has("context.ip") { kept.context.ip = nil }
        if !has("context.reason") { kept.context.reason = nil }
        if !hasApprovals { kept.context.approvals = [] }
        if !hasEmergency { kept.context.emergency = nil }
        return kept
    }
}

extension SlotSource {
    /// As conditions write it.
    fileprivate var name: String {
        switch self {
        case .attribute(let name, _): "resource.\(name)"
        case .recordID: "resource.id"
        case .recordTenant: "resource.tenant"
        case .recordPerson: "resource.subject_id"
        case .managerChain, .inChain: "resource.manager_chain"
        case .subjectID: "subject.id"
        case .subjectTenant: "subject.tenant"
        case .subjectEmployee: "subject.employee_id"
        case .subjectRoles, .heldRoles: "subject.roles"
        case .signInMethods: "subject.amr"
        case .signInTime: "subject.auth_time"
        case .isDelegated: "subject.act"
        case .time: "context.time"
        case .ip: "context.ip"
        case .requestID: "context.request_id"
        case .reason: "context.reason"
        }
    }
}
