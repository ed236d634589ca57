import MarkedYAML
import PolicyCore

/// Finds the parts of a rule in its file.
struct RulePlaces {
    private var rules: [String: [Mark: YAMLNode]] = [:]

    init(_ files: [PolicyFile]) {
        for file in files {
            guard let tree = try? YAMLNode.parse(file.bytes, path: file.path) else { continue }
            var found: [Mark: YAMLNode] = [:]
            Self.add(tree, to: &found)
            rules[file.path] = found
        }
    }

    /// What stands under a key of a rule.
    func value(_ key: String, of rule: RuleFacts) -> YAMLNode? { rules[rule.rule.path]?[rule.rule.mark]?[key] }

    /// Every mapping that is an item of a list, by its place.
    private static func add(_ node: YAMLNode, to found: inout [Mark: YAMLNode]) {
        for entry in node.mapping ?? [] { add(entry.value, to: &found) }
        for item in node.sequence ?? [] {
            if item.mapping != nil { found[item.mark] = item }
            add(item, to: &found)
        }
    }
}
