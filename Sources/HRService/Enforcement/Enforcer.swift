import AuditClient
import AuditCore
import IdentityClient
import PolicyClient
import PolicyCore
import ServiceKit
import WireFormat

/// Asks PolicyEngine and puts every refusal on the record before it leaves. It keeps no answer.
struct Enforcer: Sendable {
    let policy: PolicyClient
    let outbox: AuditOutbox

    /// Over which records the user may do `action`.
    ///
    /// - Throws: the 403 problem of a plan without rows, recorded; 503 when nobody decides.
    func plan(_ call: Call, _ token: AccessToken, _ action: ActionName, on resource: EventResource) async throws -> Plan
    {
        let plan = try await policy.plan(call, action: action.text, resourceType: action.module)
        if let denial = plan.denial {
            try await refuse(
                call, token, action, resource, reason: plan.reason?.description ?? "no-grant", plan.evidence)
            throw denial
        }
        return plan
    }

    /// Whether the user may do `action` to the record of these facts, which it then has.
    ///
    /// - Throws: the 403 problem of a denial, recorded; 503 when nobody decides.
    func check(
        _ call: Call, _ token: AccessToken, _ action: ActionName, _ facts: ResourceFacts, on resource: EventResource
    ) async throws -> Decision {
        let decision = try await policy.check(call, action: action.text, resource: facts)
        if let denial = decision.denial {
            try await refuse(
                call, token, action, resource, reason: decision.reason?.description ?? "no-grant", decision.evidence)
            throw denial
        }
        return decision
    }

    /// What to answer when the plan of `action` let no row through: 404 when the user may not know of the record,
    /// otherwise 403 with the decision about this very record. Either is recorded.
    ///
    /// - Parameters:
    ///   - facts: of the record; nil when the tenant has none of this id.
    ///   - view: the action of looking at it.
    func absence(
        _ call: Call, _ token: AccessToken, _ action: ActionName, view: ActionName, _ facts: ResourceFacts?, plan: Plan,
        on resource: EventResource
    ) async throws -> Problem {
        guard let facts else {
            try await refuse(call, token, action, resource, reason: "not-found", plan.evidence)
            return .notFound().adding("decision_id", JSONValue(plan.id))
        }
        let seen = try await policy.check(call, action: view.text, resource: facts)
        guard seen.isAllowed, action != view else {
            try await refuse(
                call, token, action, resource, reason: seen.reason?.description ?? "not-found", seen.evidence)
            return .notFound().adding("decision_id", JSONValue(seen.id))
        }
        let decision = try await policy.check(call, action: action.text, resource: facts)
        guard let denial = decision.denial else {
            // Somebody moved the record between the two questions: what was asked is no longer the question.
            return .conflict("moved", detail: "the record changed while it was decided on; try again")
        }
        try await refuse(
            call, token, action, resource, reason: decision.reason?.description ?? "no-grant", decision.evidence)
        return denial
    }

    /// What to answer when fields may not be written: 403 with their pointers, recorded.
    func unwritable(
        _ call: Call, _ token: AccessToken, _ action: ActionName, _ fields: [String], _ evidence: EventDecision,
        on resource: EventResource
    ) async throws -> Problem {
        try await refuse(call, token, action, resource, reason: "field-not-writable", evidence, fields: fields)
        return Problem(
            .forbidden, "field-not-writable", title: "The caller may not do this",
            detail: "policy does not let the caller write some of the fields",
            errors: fields.map {
                FieldError(pointer: JSONPointer.appending($0, to: ""), detail: "may not be written by the caller")
            }, members: ["decision_id": .string(evidence.id), "reason": "field-not-writable"])
    }

    /// Puts a refusal on the record, in the caller's own tenant.
    func refuse(
        _ call: Call, _ token: AccessToken, _ action: ActionName, _ resource: EventResource, reason: String,
        _ evidence: EventDecision?, fields: [String] = []
    ) async throws {
        let event = AuditEvent(
            call, by: token, action: action.text, resource: resource, outcome: .denied, reason: reason,
            decision: evidence, metadata: fields.isEmpty ? [:] : ["fields": JSONValue(fields)])
        try await outbox.record(event, token.tenantScope)
    }
}

/// An action of policy: `module.action`.
struct ActionName: Sendable, Hashable {
    /// The whole name.
    let text: String
    /// The module, which is the resource's type.
    let module: String

    /// Names an action. Literals only, so that no request can choose it.
    init(module: StaticString, _ action: StaticString) {
        self.module = module.description
        text = module.description + "." + action.description
    }
}

extension Plan {
    /// What the audit trail says about the plan.
    var evidence: EventDecision {
        EventDecision(id: id ?? "", rule: rules.first, revision: revision, scope: scope.description)
    }
}

extension Decision {
    /// What the audit trail says about the decision.
    var evidence: EventDecision {
        EventDecision(id: id ?? "", rule: rule, revision: revision, scope: scope.description)
    }
}
