import PolicyCore
import WireFormat

/// Requests that show what lint says.
enum MadeUpRequest {
    /// Trying more combinations of attribute values than this takes longer than anybody waits for lint.
    private static let mostTries = 2_000

    /// A request of somebody with this role that an overlay's grant covers, as `bailiwick policy eval` reads it; nil when
    /// none was found.
    /// - Parameters:
    ///   - stated: Attributes to begin with.
    ///   - time: The time of the request.
    static func request(
        for rule: RuleFacts, role: String, action: String, tenant: String, in bundle: PolicyBundle,
        attributes stated: [String: JSONValue] = [:], time: Instant? = nil
    ) -> JSONValue? {
        let names = attributes(in: rule.condition ?? "")
        let examples = bundle.attributeExamples(ofType: rule.module)
            .filter { names.contains($0.key) && stated[$0.key] == nil }
        var values = examples.map { (name: $0.key, values: literals(in: rule.condition ?? "") + $0.value) }
        values.sort { $0.name < $1.name }
        let combinations = values.map(\.values.count).reduce(1) { min($0 * $1, mostTries) }
        for number in 0..<combinations {
            var rest = number
            var attributes = stated
            for (name, choices) in values {
                attributes[name] = choices[rest % choices.count]
                rest /= choices.count
            }
            for person in ["e-1", "m-1"] {
                let request = DecisionRequest(
                    subject: Subject(tenant: tenant, id: "m-1", roles: [role], employeeID: "e-1"), action: action,
                    resource: Resource(
                        type: rule.module, id: person, tenant: tenant, subjectID: person, managerChain: [],
                        attributes: attributes), context: RequestContext(time: time))
                let explanation = bundle.explain(request)
                let isCovered = explanation.steps.contains { $0.rule == rule.rule.id && $0.outcome == .matched }
                if isCovered && !explanation.decision.isAllowed { return request.wire }
            }
        }
        return nil
    }

    /// The attributes that a condition names: `resource.NAME`.
    private static func attributes(in condition: String) -> Set<String> {
        Set(
            condition.split(separator: "resource.").dropFirst(condition.hasPrefix("resource.") ? 0 : 1).map { part in
                String(part.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
            })
    }

    /// The texts and whole numbers that a condition compares with.
    private static func literals(in condition: String) -> [JSONValue] {
        var found: [JSONValue] = []
        let quoted = condition.split(omittingEmptySubsequences: false) { $0 == "\"" || $0 == "'" }
        for (index, part) in quoted.enumerated() {
            if index % 2 == 1 {
                found.append(.string(String(part)))
            } else {
                let numbers = part.split { !$0.isNumber && $0 != "-" }.compactMap { Int64($0) }
                found += numbers.flatMap { [$0, $0 + 1, $0 - 1] }.map(JSONValue.integer)
            }
        }
        return found
    }
}
