import MarkedYAML
import WireFormat

/// Reads an obligation.
enum ObligationReader {
    static func read(_ node: YAMLNode, _ label: String, _ log: inout Diagnostics) -> ObligationSource? {
        guard let reader = MappingReader(node, of: label, as: PolicyGrammar.obligation, &log) else { return nil }
        guard let id = reader.text("id", &log) else {
            reader.missing("id", of: label, &log, remedy: "give it a name, for answers")
            return nil
        }
        if !Word.isRuleID(id.text) {
            log.add(
                id.mark, "`\(id.text)` is not a rule id",
                remedy: "use lower-case letters, digits, `_` and `-`, beginning with a letter")
        }
        let actions = reader.words("actions", &log) ?? []
        if actions.isEmpty {
            reader.missing("actions", of: label, &log, remedy: "name actions of this module, or `\"*\"` for all")
        }
        guard let rule = rule(reader, label, &log) else { return nil }
        return ObligationSource(
            id: id, actions: actions, roles: reader.words("roles", &log) ?? [],
            condition: RuleReader.condition(reader, &log), rule: rule)
    }

    private static func rule(
        _ reader: MappingReader, _ label: String, _ log: inout Diagnostics
    ) -> ObligationRule? {
        guard let type = reader.text("type", &log) else {
            reader.missing("type", of: label, &log, remedy: "write `type: step_up`, or another")
            return nil
        }
        for (key, owner) in ["max_age": "step_up", "methods": "step_up", "by": "approval", "valid_for": "approval"]
        where reader.has(key) && type.text != owner {
            log.add(
                reader[key]?.mark ?? reader.node.mark, "`\(key)` is only for `type: \(owner)`", remedy: "leave it out")
        }
        var properties: [String: JSONValue] = [:]
        for (name, value) in reader.named("properties", &log) {
            do throws(PlacedError) { properties[name.text] = try value.json(path: log.path) } catch { log.add(error) }
        }
        switch type.text {
        case "step_up":
            guard let age = reader.duration("max_age", &log) else {
                if !reader.has("max_age") {
                    reader.missing("max_age", of: label, &log, remedy: "write how old a sign-in may be: `max_age: 15m`")
                }
                return nil
            }
            return .stepUp(
                maximumAge: age, methods: (reader.words("methods", &log) ?? []).map(\.text), properties)
        case "approval":
            let by = reader.words("by", &log) ?? []
            if by.isEmpty { reader.missing("by", of: label, &log, remedy: "name the roles that may approve") }
            return .approval(by: by.map(\.text), validFor: reader.duration("valid_for", &log), properties)
        case "reason_required": return .reasonRequired(properties)
        default:
            guard Word.isName(type.text) else {
                log.add(type.mark, "`\(type.text)` is not a name", remedy: "use lower-case letters, digits and `_`")
                return nil
            }
            return .accompanying(type: type.text, properties)
        }
    }
}
