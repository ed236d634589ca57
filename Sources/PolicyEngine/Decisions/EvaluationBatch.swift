import WireFormat

/// An access evaluations request (AuthZEN 1.0 §7.1): defaults, items and how far to go.
struct EvaluationBatch: Sendable {
    /// §7.1.2.1.
    enum Semantic: String, Sendable {
        case executeAll = "execute_all"
        case denyOnFirstDeny = "deny_on_first_deny"
        case permitOnFirstPermit = "permit_on_first_permit"
    }

    /// A thousand decisions take a few milliseconds; more in one request would hold up everybody else's.
    static let most = 1000
    private static let defaults = ["subject", "action", "resource", "context"]

    private let items: [JSONValue]
    private let semantic: Semantic

    /// Reads a batch; nil when there is no `evaluations` or an empty one: then it is a single request.
    init?(_ body: JSONValue) throws(Refusal) {
        guard let members = body.object else { throw .malformed("the request must be a JSON object") }
        guard let value = members["evaluations"] else { return nil }
        guard let list = value.array else { throw .malformed("`evaluations` must be an array") }
        guard !list.isEmpty else { return nil }
        guard list.count <= Self.most else { throw .malformed("`evaluations` has more than \(Self.most) items") }
        semantic = try Self.semantic(members["options"])
        let defaults = members.filter { Self.defaults.contains($0.key) }
        items = list.map { item in
            // An item that is no object stays one, to be refused on its own.
            guard let own = item.object else { return item }
            // A key of the item replaces the whole default, never a part of it (§7.1.1).
            return .object(defaults.merging(own) { _, own in own })
        }
    }

    private static func semantic(_ options: JSONValue?) throws(Refusal) -> Semantic {
        guard let options else { return .executeAll }
        guard options.object != nil else { throw .malformed("`options` must be an object") }
        guard let value = options["evaluations_semantic"] else { return .executeAll }
        guard let semantic = value.string.flatMap(Semantic.init(rawValue:)) else {
            throw .malformed("`options.evaluations_semantic` is not one of the three semantics")
        }
        return semantic
    }

    /// The answers in the order of the items, as far as the semantic goes. A bad item is a deny with its error.
    func answer(_ evaluate: (JSONValue) throws(Refusal) -> JSONValue) -> JSONValue {
        var answers: [JSONValue] = []
        answers.reserveCapacity(items.count)
        for item in items {
            let answer: JSONValue
            do throws(Refusal) {
                answer = try evaluate(item)
            } catch {
                answer = error.item
            }
            answers.append(answer)
            switch (semantic, answer["decision"]?.bool) {
            case (.denyOnFirstDeny, false), (.permitOnFirstPermit, true): return ["evaluations": .array(answers)]
            default: continue
            }
        }
        return ["evaluations": .array(answers)]
    }
}
