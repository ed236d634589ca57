public import PolicyCore
public import ServiceKit
import WireFormat

extension Plan {
    /// The 403 problem of a plan without rows, with `decision_id`, `reason` and `rule`; nil when there may be rows.
    public var denial: Problem? {
        guard rows == .none, let reason else { return nil }
        return .denied(reason, decision: id, rule: rules.first, revision: revision)
    }
}

extension Decision {
    /// The 403 problem of a decision that does not allow, with `decision_id`, `reason` and `rule`; nil when it allows.
    public var denial: Problem? {
        guard !isAllowed else { return nil }
        return .denied(reason ?? .noGrant, decision: id, rule: rule, revision: revision)
    }
}

extension Problem {
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
