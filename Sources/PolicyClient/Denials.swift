import IdentityCore
public import PolicyCore
public import ServiceKit
import WireFormat

extension Plan {
    /// The problem of a plan without rows; nil when there may be rows. A `step_up` that is missing is 401 (RFC 9470),
    /// anything else 403; with `decision_id`, `reason` and `rule`.
    public var denial: Problem? {
        guard rows == .none, let reason else { return nil }
        if case .obligation = reason,
            let challenge = Problem.stepUp(obligations, reason, decision: id, revision: revision)
        {
            return challenge
        }
        return .denied(reason, decision: id, rule: rules.first, revision: revision)
    }
}

extension Decision {
    /// The problem of a decision that does not allow; nil when it allows. A `step_up` that is missing is 401 (RFC 9470),
    /// anything else 403; with `decision_id`, `reason` and `rule`.
    public var denial: Problem? {
        guard !isAllowed else { return nil }
        if case .obligation? = reason,
            let challenge = Problem.stepUp(obligations, reason, decision: id, revision: revision)
        {
            return challenge
        }
        return .denied(reason ?? .noGrant, decision: id, rule: rule, revision: revision)
    }
}

extension Problem {
    /// What a client needs to know to meet a `step_up`; nil when none is missing. The client can do this at once, so it is
    /// told before it is told of an approval that is missing too.
    static func stepUp(
        _ obligations: [Obligation], _ reason: Reason?, decision: String?, revision: String
    ) -> Problem? {
        guard let obligation = obligations.first(where: { $0.type == "step_up" }) else { return nil }
        let methods = (obligation.properties["methods"]?.array ?? []).compactMap(\.string)
        // Any of the methods will do, so the least level that one of them gives is what to ask for.
        let level = methods.map { AssuranceLevel(amr: [$0, "mfa"]) }.min()
        var problem = Problem.insufficientAuthentication(
            acrValues: level.map { AuthenticationDemand(level: $0).acrValues } ?? [],
            maximumAge: obligation.properties["max_age"]?.integer.map { .seconds($0) },
            detail: "policy wants a stronger or a more recent authentication; step up and try again")
        problem.members["reason"] = reason.map { .string($0.description) }
        problem.members["policy_revision"] = .string(revision)
        problem.members["decision_id"] = decision.map(JSONValue.string)
        if !methods.isEmpty { problem.members["methods"] = JSONValue(methods) }
        return problem
    }

    /// 403 with what decided. The code is the reason without its rule: `no-grant`, `denied`, `out-of-scope`, ….
    static func denied(_ reason: Reason, decision: String?, rule: String?, revision: String) -> Problem {
        var members: [String: JSONValue] = [
            "reason": .string(reason.description), "policy_revision": .string(revision),
        ]
        members["decision_id"] = decision.map(JSONValue.string)
        var code = reason.description
        if case .denied(let denial) = reason {
            code = "denied"
            members["rule"] = .string(denial)
        } else {
            members["rule"] = rule.map(JSONValue.string)
        }
        return .forbidden(code, detail: "policy does not allow this (\(reason.description))", members: members)
    }
}
