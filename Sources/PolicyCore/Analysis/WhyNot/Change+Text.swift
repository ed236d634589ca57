import WireFormat

extension Change {
    /// Whether it changes what the record says.
    var isOfRecord: Bool {
        switch self {
        case .attribute, .condition: true
        default: false
        }
    }

    /// Its place among the changes of a way: who asks, how they stand to the record, the record, the circumstances. With
    /// the text it gives an order that does not depend on how the way was found.
    var rank: Int {
        switch self {
        case .employee, .alone, .role, .withoutRole: 0
        case .relation: 1
        case .attribute: 2
        case .condition: 3
        case .time, .address, .emergency: 4
        case .signIn, .approval, .reason: 5
        }
    }

    /// In words, for administrators.
    var text: String {
        switch self {
        case .role(let name, let hop): "role `\(name)`\(Self.holder(hop))"
        case .withoutRole(let name, let hop): "not role `\(name)`\(Self.holder(hop))"
        case .relation(.own): "a record about the subject"
        case .relation(.direct): "being the person's nearest manager"
        case .relation(.inChain): "standing in the person's manager chain"
        case .relation(.other): "a record about somebody else"
        case .employee: "a subject linked to an employee"
        case .alone: "nobody acting for the subject"
        case .attribute(let name, _, .null, _): "attribute `\(name)` not stated"
        case .attribute(let name, let comparator, let value, let isNegated):
            "attribute `\(name)` \(comparator.symbol(isNegated: isNegated)) \(value.text)"
        case .signIn(let age, let methods): Self.signIn(age, methods)
        case .time(nil, nil): "a time of the request"
        case .time(let from, let until):
            "a time"
                + [from.map { " from \($0)" }, until.map { " before \($0)" }].compactMap(\.self).joined()
        case .address(let address): "address \(address)"
        case .emergency(let most): "a declared emergency of at most \(Self.told(most))"
        case .approval(let by, let age): Self.approval(by, age)
        case .reason: "a reason"
        case .condition(let text, let truth): "condition `\(text)` \(truth ? "true" : "false")"
        }
    }

    /// In words for the person concerned: what this person can do or ask for; nil for a fact of the record or a rule.
    var textForUser: String? {
        switch self {
        case .role(let name, let hop): hop == nil ? "the role `\(name)`" : "the role `\(name)` for whoever acts for you"
        case .relation(.own): "a record about yourself"
        case .relation(.direct): "being the person's nearest manager"
        case .relation(.inChain): "standing in the person's manager chain"
        case .relation(.other): "a record about somebody else"
        case .employee: "an employee record linked to your account"
        case .alone: "doing it yourself, with nobody acting for you"
        case .signIn(let age, let methods): Self.signIn(age, methods)
        case .time: "another time"
        case .address: "another network"
        case .emergency: "a declared emergency"
        case .approval(let by, let age): Self.approval(by, age)
        case .reason: "a reason"
        case .withoutRole, .attribute, .condition: nil
        }
    }

    private static func holder(_ hop: String?) -> String { hop.map { " for `\($0)`" } ?? "" }

    private static func signIn(_ age: Duration?, _ methods: [String]) -> String {
        let by = methods.isEmpty ? "" : " by " + methods.map { "`\($0)`" }.joined(separator: " or ")
        return "a sign-in" + (age.map { " within \(told($0))" } ?? "") + by
    }

    private static func approval(_ by: [String], _ age: Duration?) -> String {
        "the approval of somebody else with role " + by.map { "`\($0)`" }.joined(separator: " or ")
            + (age.map { ", not older than \(told($0))" } ?? "")
    }

    /// In the largest unit that goes into it.
    private static func told(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        for (length, name) in [(86_400, "day"), (3600, "hour"), (60, "minute")] as [(Int64, String)]
        where seconds >= length && seconds % length == 0 {
            return seconds == length ? "1 \(name)" : "\(seconds / length) \(name)s"
        }
        return seconds == 1 ? "1 second" : "\(seconds) seconds"
    }

    /// For scripts: `kind`, with what the change names.
    var wire: [String: JSONValue] {
        switch self {
        case .role(let name, let hop): ["kind": "role", "role": .string(name)].with("hop", hop)
        case .withoutRole(let name, let hop): ["kind": "without-role", "role": .string(name)].with("hop", hop)
        case .relation(let relation): ["kind": "relation", "relation": .string(relation.rawValue)]
        case .employee: ["kind": "employee"]
        case .alone: ["kind": "alone"]
        case .attribute(let name, let comparator, let value, let isNegated):
            [
                "kind": "attribute", "attribute": .string(name), "comparator": .string(comparator.rawValue),
                "value": value, "negated": .bool(isNegated),
            ]
        case .signIn(let age, let methods):
            ["kind": "sign-in", "methods": JSONValue(methods)].with("within", age)
        case .time(let from, let until):
            ["kind": "time"].with("from", from?.rfc3339).with("until", until?.rfc3339)
        case .address(let address): ["kind": "address", "address": .string(address)]
        case .emergency(let most): ["kind": "emergency"].with("at_most", most)
        case .approval(let by, let age): ["kind": "approval", "by": JSONValue(by)].with("within", age)
        case .reason: ["kind": "reason"]
        case .condition(let text, let truth):
            ["kind": "condition", "condition": .string(text), "truth": .bool(truth)]
        }
    }

    /// The same for the person concerned; nil where `textForUser` is.
    var wireForUser: [String: JSONValue]? {
        guard textForUser != nil else { return nil }
        switch self {
        case .time: return ["kind": "time"]
        case .address: return ["kind": "address"]
        default: return wire
        }
    }
}

extension Comparator {
    fileprivate func symbol(isNegated: Bool) -> String {
        switch self {
        case .equal: isNegated ? "other than" : "="
        case .less: "<"
        case .lessOrEqual: "≤"
        case .greater: ">"
        case .greaterOrEqual: "≥"
        case .oneOf: isNegated ? "none of" : "one of"
        }
    }
}

extension [String: JSONValue] {
    fileprivate func with(_ name: String, _ text: String?) -> Self {
        var more = self
        if let text { more[name] = .string(text) }
        return more
    }

    /// In seconds.
    fileprivate func with(_ name: String, _ duration: Duration?) -> Self {
        var more = self
        if let duration { more[name] = .integer(duration.components.seconds) }
        return more
    }
}
