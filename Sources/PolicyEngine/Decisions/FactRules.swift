import PolicyCore
import ServiceKit
import WireFormat

/// Who may state which fact (contract §3). Everything that a body says about the subject is compared with the token;
/// what it says about a resource is taken from the service that owns the type, and from nobody else.
struct FactRules: Sendable {
    let bundle: PolicyBundle

    /// How far the asker's clock may be off before it is another time that is asked about.
    static let clockTolerance: Duration = .seconds(5)
    /// AuthZEN leaves subject types to us: a person is a `member`; `user` is what its examples and libraries say.
    static let subjectTypes: Set<String> = ["member", "user"]
    /// As deep as a reporting line may be (contract §7).
    static let longestChain = 64
    /// The type that the actions of this service belong to.
    static let ownType = "policy"

    /// The request to decide, with every fact from whom it may come.
    func request(_ body: EvaluationBody, from asker: Asker) throws(Refusal) -> FactsForDecision {
        if let subject = body.subject { try judge(subject, asker) }
        let (context, isSimulated) = try context(body.context, asker)
        return FactsForDecision(
            request: DecisionRequest(
                subject: asker.subject, action: body.action, resource: try resource(body.resource, asker),
                context: context),
            isSimulated: isSimulated, capabilities: try Capabilities(body.context["capabilities"]))
    }

    // MARK: Subject

    private func judge(_ subject: EvaluationBody.Entity, _ asker: Asker) throws(Refusal) {
        guard Self.subjectTypes.contains(subject.type), subject.id == asker.token.subject.text else {
            guard isAllowed("policy.query", asker) else {
                throw .forbidden("asking about another subject than the token's needs `policy.query`")
            }
            // Another subject's facts come from the directory, which a later issue builds; until then nobody is in it.
            throw .malformed("the directory knows no such subject")
        }
        let token = asker.token
        for (name, stated) in subject.properties {
            let agrees: Bool
            switch name {
            case "tenant": agrees = stated.string == token.tenant.text
            case "roles": agrees = Self.isSet(stated, token.roles)
            case "amr": agrees = Self.isSet(stated, token.amr)
            case "employee_id": agrees = stated == (token.employeeID.map { .string($0.text) } ?? .null)
            case "auth_time": agrees = stated.string.flatMap { Instant(rfc3339: $0) } == token.authTime
            case "act": agrees = stated == (token.act ?? .null)
            // Not a fact: nothing reads it.
            default: agrees = true
            }
            guard agrees else {
                throw .malformed("`subject.properties.\(name)` differs from the access token, which is what counts")
            }
        }
    }

    private static func isSet(_ stated: JSONValue, _ texts: [String]) -> Bool {
        guard let values = stated.array, values.allSatisfy({ $0.string != nil }) else { return false }
        return Set(values.compactMap(\.string)) == Set(texts)
    }

    // MARK: Resource

    private func resource(_ entity: EvaluationBody.Entity, _ asker: Asker) throws(Refusal) -> Resource {
        var resource = Resource(type: entity.type, id: entity.id)
        guard !entity.properties.isEmpty else {
            // The one record whose tenant the token itself proves: the bearer's own.
            if let employee = asker.token.employeeID?.text, employee == entity.id {
                resource.tenant = asker.token.tenant.text
            }
            return resource
        }
        guard let service = asker.service, bundle.owner(ofType: entity.type) == service.text else {
            throw .forbidden("only the service that owns the type may state properties of a resource of it")
        }
        for (name, value) in entity.properties {
            switch name {
            case "tenant": resource.tenant = try Self.text("resource.properties.tenant", value)
            case "subject_id": resource.subjectID = try Self.text("resource.properties.subject_id", value)
            case "manager_chain": resource.managerChain = try Self.chain(value)
            default: resource.attributes[name] = value
            }
        }
        return resource
    }

    private static func text(_ place: String, _ value: JSONValue) throws(Refusal) -> String? {
        if value.isNull { return nil }
        guard let text = value.string else { throw .malformed("`\(place)` must be a string") }
        return text
    }

    private static func chain(_ value: JSONValue) throws(Refusal) -> [String]? {
        if value.isNull { return nil }
        guard let values = value.array, values.count <= longestChain, values.allSatisfy({ $0.string != nil }) else {
            throw .malformed("`resource.properties.manager_chain` must be an array of at most \(longestChain) strings")
        }
        return values.compactMap(\.string)
    }

    // MARK: Context

    private func context(
        _ stated: [String: JSONValue], _ asker: Asker
    ) throws(Refusal) -> (RequestContext, isSimulated: Bool) {
        var context = RequestContext(time: asker.now, ip: asker.ip, requestID: asker.requestID.text)
        var isSimulated = false
        if let value = stated["time"] {
            guard let time = value.string.flatMap({ Instant(rfc3339: $0) }) else {
                throw .malformed("`context.time` must be an RFC 3339 time")
            }
            let off = time > asker.now ? time - asker.now : asker.now - time
            if off > Self.clockTolerance {
                guard isAllowed("policy.simulate", asker) else {
                    throw .malformed("`context.time` is more than 5 s off, which needs `policy.simulate`")
                }
                isSimulated = true
            }
            context.time = time
        }
        if let value = stated["ip"] {
            guard let ip = value.string else { throw .malformed("`context.ip` must be a string") }
            // On the public listener the connection tells; a body may repeat it.
            guard asker.service != nil || ip == asker.ip else {
                throw .malformed("`context.ip` differs from the address of the connection, which is what counts")
            }
            context.ip = ip
        }
        if let value = stated["request_id"], value.string != asker.requestID.text {
            throw .malformed("`context.request_id` differs from the header `X-Request-ID`")
        }
        return (context, isSimulated)
    }

    /// Whether the asker may do something with policies in the own tenant.
    private func isAllowed(_ action: String, _ asker: Asker) -> Bool {
        let tenant = asker.token.tenant.text
        return bundle.check(
            DecisionRequest(
                subject: asker.subject, action: action,
                resource: Resource(type: Self.ownType, id: tenant, tenant: tenant),
                context: RequestContext(time: asker.now, ip: asker.ip, requestID: asker.requestID.text))
        ).isAllowed
    }
}

/// A request whose facts are in order.
struct FactsForDecision: Sendable {
    let request: DecisionRequest
    /// Whether it asks about another time than now: such an answer is marked and never enforced.
    let isSimulated: Bool
    let capabilities: Capabilities
}

/// What the caller enforces beside yes and no; whatever needs more is denied (contract §3, invariant 9).
struct Capabilities: Sendable, Hashable {
    /// Withholding the fields of classes that the decision does not open.
    static let withhold = "withhold"

    let obligations: Set<String>
    let fieldMasks: Set<String>

    /// More types than any policy has.
    private static let most = 64

    /// Reads `context.capabilities`: `{"obligations": […], "field_masks": […]}`.
    init(_ value: JSONValue?) throws(Refusal) {
        guard let value else {
            obligations = []
            fieldMasks = []
            return
        }
        guard value.object != nil else { throw .malformed("`context.capabilities` must be an object") }
        obligations = try Self.names("obligations", value["obligations"])
        fieldMasks = try Self.names("field_masks", value["field_masks"])
    }

    private static func names(_ name: String, _ value: JSONValue?) throws(Refusal) -> Set<String> {
        guard let value else { return [] }
        guard let names = value.array, names.count <= most, names.allSatisfy({ $0.string != nil }) else {
            throw .malformed("`context.capabilities.\(name)` must be an array of at most \(most) strings")
        }
        return Set(names.compactMap(\.string))
    }
}
