import WireFormat

/// A change, and what makes a request that has it.
struct Remedy: Hashable {
    let change: Change
    /// The hop whose role it is; nil for the subject.
    var hop: Int?
    /// A value of the attribute that compares as the change says.
    var value: JSONValue?
    /// A moment of the time that the change says, or of the sign-in.
    var instant: Instant?
    /// The condition that is taken to come to this, in want of a value.
    var supposed: Supposition?

    /// A condition and what it is taken for.
    struct Supposition: Hashable {
        let condition: ObjectIdentifier
        let truth: Bool
    }

    /// Who people are in made-up requests.
    private static let linked = "an-employee"
    private static let somebody = "somebody-else"
    private static let approver = "an-approver"

    /// Whether both cannot be at once.
    func excludes(_ other: Remedy) -> Bool {
        switch (change, other.change) {
        case (.relation, .relation), (.time, .time), (.address, .address): true
        case (.attribute(let one, _, _, _), .attribute(let another, _, _, _)): one == another
        default: false
        }
    }

    /// Changes a request.
    func apply(to request: inout DecisionRequest, about: AboutAttribute?) {
        let now = request.context.time ?? Probes.now
        switch change {
        case .role(let name, _): change(&request) { $0.append(name) }
        case .withoutRole(let name, _): change(&request) { roles in roles.removeAll { $0 == name } }
        case .relation(let relation): stand(relation, about, &request)
        case .employee: if request.subject.employeeID == nil { request.subject.employeeID = Self.linked }
        case .alone: request.subject.act = []
        case .attribute(let name, _, _, _): request.resource.attributes[name] = value
        case .signIn(let age, let methods):
            request.context.time = now
            if age != nil { request.subject.authTime = instant ?? now }
            if let method = methods.first, !methods.contains(where: request.subject.amr.contains) {
                request.subject.amr.append(method)
            }
        case .time: request.context.time = instant ?? now
        case .address(let address): request.context.ip = address
        case .emergency(let most):
            request.context.time = now
            request.context.emergency = Emergency(reason: "why", since: now, until: now.adding(most))
        case .approval(let by, _):
            request.context.time = now
            request.context.approvals.append(
                Approval(
                    approver: Self.approver, roles: Array(by.prefix(1)), action: request.action,
                    resourceID: request.resource.id, time: now))
        case .reason: request.context.reason = "why"
        case .condition: break
        }
    }

    private func change(_ request: inout DecisionRequest, _ body: (inout [String]) -> Void) {
        guard let hop else { return body(&request.subject.roles) }
        if request.subject.act.indices.contains(hop) { body(&request.subject.act[hop].roles) }
    }

    private func stand(_ relation: Change.Relation, _ about: AboutAttribute?, _ request: inout DecisionRequest) {
        guard let about else { return chain(relation, nil, &request) }
        let isMember = about.person == .member
        switch relation {
        case .own:
            guard let own = isMember ? request.subject.id : request.subject.employeeID else { return }
            name(own, about, &request)
        case .other:
            name(Self.somebody, about, &request)
            request.resource.managerChain = []
        case .inChain, .direct: chain(relation, about, &request)
        }
    }

    private func chain(_ relation: Change.Relation, _ about: AboutAttribute?, _ request: inout DecisionRequest) {
        guard let employee = request.subject.employeeID else { return }
        // Nobody stands in the chain of their own record.
        if let about, request.resource.person(about: about.name) == employee { name(Self.somebody, about, &request) }
        let between = relation == .inChain ? [Self.somebody] : []
        request.resource.managerChain = relation == .other ? [] : between + [employee]
    }

    private func name(_ person: String, _ about: AboutAttribute, _ request: inout DecisionRequest) {
        request.resource.subjectID = person
        if about.name == "id" {
            request.resource.id = person
        }
        if about.name != "id" || request.resource.attributes["id"] != nil {
            request.resource.attributes[about.name] = .string(person)
        }
    }
}
