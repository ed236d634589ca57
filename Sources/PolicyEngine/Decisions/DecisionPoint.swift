import Metrics
import PolicyCore
import WireFormat

/// Decides: one bundle from beginning to end, an id for every answer, a count and a time for the metrics.
struct DecisionPoint: Sendable {
    private let active: ActiveBundle
    private let metrics: DecisionMetrics

    init(active: ActiveBundle, metrics: DecisionMetrics) {
        self.active = active
        self.metrics = metrics
    }

    /// The answer to one evaluation request.
    func evaluate(_ body: JSONValue, from asker: Asker) throws(Refusal) -> JSONValue {
        try Evaluation(bundle: active.bundle, metrics: metrics).answer(body, asker)
    }

    /// The answer to a batch, or to a single request without `evaluations` (AuthZEN §7.1).
    func evaluateBatch(_ body: JSONValue, from asker: Asker) throws(Refusal) -> JSONValue {
        let evaluation = Evaluation(bundle: active.bundle, metrics: metrics)
        guard let batch = try EvaluationBatch(body) else { return try evaluation.answer(body, asker) }
        return batch.answer { item throws(Refusal) in try evaluation.answer(item, asker) }
    }

    /// Over which resources: the answer of `/v1/plan`.
    func plan(_ body: JSONValue, from asker: Asker) throws(Refusal) -> JSONValue {
        let started = ContinuousClock.now
        let bundle = active.bundle
        let body = try EvaluationBody(body, .plan)
        guard body.resource.properties.isEmpty else {
            throw .malformed("a plan is for a type: `resource.properties` has no place in it")
        }
        let facts = try FactRules(bundle: bundle).request(body, from: asker)
        var plan = bundle.plan(
            PlanRequest(
                subject: facts.request.subject, action: body.action, resourceType: body.resource.type,
                context: facts.request.context))
        plan.id = UUIDv7.generate(at: asker.now).text
        plan.isSimulated = facts.isSimulated
        // A plan's field filters are field masks: whoever cannot apply them gets no rows.
        guard
            plan.rows == .none || plan.classes.isEmpty || facts.capabilities.fieldMasks.contains(Capabilities.withhold)
        else { throw .malformed("a plan for this type needs `withhold` in `context.capabilities.field_masks`") }
        metrics.planned(isEmpty: plan.rows == .none, took: started.duration(to: .now))
        return plan.wire
    }

    /// Evaluates against one bundle.
    private struct Evaluation {
        let bundle: PolicyBundle
        let metrics: DecisionMetrics

        func answer(_ body: JSONValue, _ asker: Asker) throws(Refusal) -> JSONValue {
            let started = ContinuousClock.now
            let facts = try FactRules(bundle: bundle).request(EvaluationBody(body), from: asker)
            var decision = bundle.check(facts.request)
            decision.id = UUIDv7.generate(at: asker.now).text
            decision.isSimulated = facts.isSimulated
            let needs = facts.capabilities.missing(for: decision)
            let isAllowed = decision.isAllowed && needs.isEmpty
            metrics.decided(isAllowed, took: started.duration(to: .now))
            return needs.isEmpty ? decision.wire : decision.unenforced(needs: needs)
        }
    }
}

extension Capabilities {
    /// What `decision` needs and the caller does not enforce, as `obligation:TYPE` and `field_mask:NAME`.
    func missing(for decision: Decision) -> [String] {
        guard decision.isAllowed else { return [] }
        var needs = decision.obligations.map(\.type).filter { !obligations.contains($0) }.map { "obligation:\($0)" }
        let classes = decision.fields.classes
        let isPartial = classes.contains {
            !decision.fields.canRead(class: $0.name) || !decision.fields.canWrite(class: $0.name)
        }
        if isPartial, !fieldMasks.contains(Self.withhold) { needs.append("field_mask:\(Self.withhold)") }
        return needs
    }
}

extension Decision {
    /// The answer to a caller that does not enforce what the decision needs: a deny that says what is missing.
    func unenforced(needs: [String]) -> JSONValue {
        var context: [String: JSONValue] = [
            "version": 1, "scope": "none", "reason": "unenforced", "needs": JSONValue(needs.sorted()),
            "revision": .string(revision), "obligations": [], "fields": [:],
        ]
        context["id"] = id.map(JSONValue.string)
        context["rule"] = rule.map(JSONValue.string)
        if isSimulated { context["simulated"] = true }
        return ["decision": false, "context": .object(context)]
    }
}
