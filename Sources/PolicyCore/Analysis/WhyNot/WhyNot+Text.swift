public import WireFormat

extension WhyNot: CustomStringConvertible {
    /// For administrators: a line for each way, with the rules that allow it then and those that stood in the way; empty
    /// when it is allowed.
    public var description: String {
        if decision.isAllowed { return "" }
        if let preliminary { return "no change allows it: \(preliminary)" }
        if ways.isEmpty { return isComplete ? "no small change allows it" : "no change was found that allows it" }
        var lines = ["what would allow it\(isComplete ? "" : ", of which there may be more"):"]
        for way in ways {
            lines.append("  - " + way.changes.map(\.text).joined(separator: " and "))
            lines += (way.grants + way.overcome).map { rule in
                "      \(rule.kind == "grant" ? "by grant" : "past \(rule.kind)") `\(rule.id)` at \(rule.path):\(rule.mark)"
            }
            if !way.isVerified { lines.append("      not tried: no value is known that makes the condition so") }
        }
        return lines.joined(separator: "\n")
    }

    /// For administrators and scripts: `{"ways": [{"changes": [{"kind", "text", …}], "rules": [{"kind", "rule", "place"}],
    /// "verified"}], "complete", "preliminary"}`.
    public var wire: JSONValue {
        var members: [String: JSONValue] = [
            "complete": .bool(isComplete),
            "ways": .array(
                ways.map { way in
                    [
                        "changes": .array(
                            way.changes.map { change in
                                .object(change.wire.merging(["text": .string(change.text)]) { _, text in text })
                            }),
                        "rules": .array(
                            (way.grants + way.overcome).map {
                                [
                                    "kind": .string($0.kind), "rule": .string($0.id),
                                    "place": .string("\($0.path):\($0.mark)"),
                                ]
                            }),
                        "verified": .bool(way.isVerified),
                    ]
                }),
        ]
        if let preliminary { members["preliminary"] = .string(preliminary) }
        return .object(members)
    }
}
