import MarkedYAML
import PolicyCore
import WireFormat

/// Makes every mutation of the files of a bundle that loads.
struct MutationMaker {
    /// What is known of the roles: whom widening a rule would reach.
    private var parents: [String: [String]] = [:]
    private var derived: [String: [String]] = [:]
    private let bundle: PolicyBundle
    private(set) var mutations: [Mutation] = []

    /// - Throws: The first file that is no YAML; a bundle that loads has none.
    init(files: [PolicyFile], bundle: PolicyBundle) throws(PlacedError) {
        self.bundle = bundle
        var trees: [(file: PolicyFile, node: YAMLNode, json: JSONValue)] = []
        for file in files.sorted(by: { $0.path < $1.path }) {
            let node = try YAMLNode.parse(file.bytes, path: file.path)
            guard node["tests"] == nil else { continue }
            trees.append((file, node, try node.json(path: file.path)))
        }
        for tree in trees where tree.node["roles"] != nil {
            for entry in tree.node["roles"]?.mapping ?? [] {
                parents[entry.key] = (entry.value["inherits"]?.sequence ?? []).compactMap(\.string)
            }
            for entry in tree.node["derived_roles"]?.mapping ?? [] {
                derived[entry.key] = (entry.value["of"]?.sequence ?? []).compactMap(\.string)
            }
        }
        for tree in trees {
            if let module = tree.node["module"]?.string {
                rules(
                    tree.node, at: [],
                    RuleFile(path: tree.file.path, json: tree.json, module: module, prefix: module + "/"))
                fields(tree.node, RuleFile(path: tree.file.path, json: tree.json, module: module, prefix: module + "/"))
            } else if tree.node["overlay"] != nil {
                for entry in tree.node["modules"]?.mapping ?? [] {
                    rules(
                        entry.value, at: [.key("modules"), .key(entry.key)],
                        RuleFile(
                            path: tree.file.path, json: tree.json, module: entry.key,
                            prefix: "overlay/\(entry.key)/"))
                }
            } else if tree.node["roles"] != nil {
                roles(tree.node, tree.file.path, tree.json)
            }
        }
    }

    /// The file that a rule stands in.
    private struct RuleFile {
        let path: String
        let json: JSONValue
        let module: String
        let prefix: String
    }

    /// One rule and its place in the tree.
    private struct Rule {
        let id: String
        let node: YAMLNode
        let place: [TreeStep]
        let file: RuleFile
        let actions: Set<String>?
        let moved: (prefix: String, after: Int)?
        /// A rule without a scope counts for everything.
        var hasScope = true
    }

    // MARK: - Modules and overlays

    private mutating func rules(_ node: YAMLNode, at place: [TreeStep], _ file: RuleFile) {
        for (key, label) in [("grants", "grant"), ("denials", "denial"), ("obligations", "obligation")] {
            for (index, item) in (node[key]?.sequence ?? []).enumerated() {
                let id = item["id"]?.string ?? "\(label)[\(index)]"
                mutate(
                    Rule(
                        id: file.prefix + id, node: item, place: place + [.key(key), .index(index)], file: file,
                        actions: actions(item, file.module), moved: ("\(file.prefix)\(label)[", index),
                        hasScope: key != "obligations"))
            }
        }
    }

    private mutating func fields(_ node: YAMLNode, _ file: RuleFile) {
        let actions = Set(bundle.actionNames.filter { bundle.type(ofAction: $0) == file.module })
        for entry in node["fields"]?.mapping ?? [] {
            for key in ["read", "write"] {
                for (index, item) in (entry.value[key]?.sequence ?? []).enumerated() {
                    mutate(
                        Rule(
                            id: "\(file.prefix)\(entry.key)/\(key)[\(index)]", node: item,
                            place: [.key("fields"), .key(entry.key), .key(key), .index(index)], file: file,
                            actions: actions, moved: nil))
                }
            }
        }
    }

    /// The actions that a rule names, wildcards written out.
    private func actions(_ rule: YAMLNode, _ module: String) -> Set<String> {
        let words = (rule["actions"]?.sequence ?? []).compactMap(\.string).map { module + "." + $0 }
        return Set(
            bundle.actionNames.filter { action in
                words.contains { $0.hasSuffix("*") ? action.hasPrefix($0.dropLast()) : action == $0 }
            })
    }

    private mutating func mutate(_ rule: Rule) {
        add(.drop, rule, "dropped", with: nil, moved: rule.moved)
        if let text = rule.node["when"]?.string {
            add(.invert, rule, "condition negated", with: .string("!(\(text))"), at: "when")
            add(.widen, rule, "condition removed", with: nil, at: "when")
        }
        for key in ["from", "until", "break_glass"] where rule.node[key] != nil {
            add(.widen, rule, "`\(key)` removed", with: nil, at: key)
        }
        if rule.hasScope { widenScope(rule) }
        widenRoles(rule)
    }

    private mutating func widenScope(_ rule: Rule) {
        let scope = rule.node["scope"]?.string
        let isDirect = rule.node["depth"]?.string == "direct"
        let next: (word: String, depth: String?, told: String)
        switch scope {
        case "none" where bundle.hasPerson(rule.file.module): next = ("self", nil, "none becomes self")
        case "none": next = ("all", nil, "none becomes all")
        case "self": next = ("sub", "direct", "self becomes sub(direct)")
        case "sub" where isDirect: next = ("sub", nil, "sub(direct) becomes sub(any)")
        case "sub": next = ("all", nil, "sub(any) becomes all")
        default: return
        }
        let edited = rule.file.json
            .with(.string(next.word), at: (rule.place + [.key("scope")])[...])
            .with(next.depth.map(JSONValue.string), at: (rule.place + [.key("depth")])[...])
        append(.widen, rule, "scope \(next.told)", edited)
    }

    /// Each role in turn gives way to those that it holds: their holders get the rule as well.
    private mutating func widenRoles(_ rule: Rule) {
        let named = (rule.node["roles"]?.sequence ?? []).compactMap(\.string)
        for role in named {
            let wider = (derived[role] ?? parents[role] ?? []).filter { !named.contains($0) }
            guard !wider.isEmpty else { continue }
            let roles = named.filter { $0 != role || derived[role] == nil } + wider
            add(
                .widen, rule, "for \(wider.map { "`\($0)`" }.joined(separator: " and ")) beside `\(role)`",
                with: JSONValue(roles), at: "roles")
        }
    }

    // MARK: - Roles

    private mutating func roles(_ node: YAMLNode, _ path: String, _ json: JSONValue) {
        let file = RuleFile(path: path, json: json, module: "", prefix: "")
        for entry in node["derived_roles"]?.mapping ?? [] {
            let rule = Rule(
                id: "derived role \(entry.key)", node: entry.value,
                place: [.key("derived_roles"), .key(entry.key)], file: file, actions: nil, moved: nil)
            guard let text = entry.value["when"]?.string else { continue }
            add(.invert, rule, "condition negated", with: .string("!(\(text))"), at: "when")
            add(.widen, rule, "condition removed", with: "true", at: "when")
        }
        for entry in node["roles"]?.mapping ?? [] {
            let rule = Rule(
                id: "role \(entry.key)", node: entry.value, place: [.key("roles"), .key(entry.key)], file: file,
                actions: nil, moved: nil)
            if entry.value["ceiling"] != nil { add(.widen, rule, "ceiling removed", with: nil, at: "ceiling") }
            for line in entry.value["ceiling"]?.mapping ?? [] {
                guard let scope = line.value.string.flatMap(Scope.init(written:)), let wider = scope.wider else {
                    continue
                }
                let edited = json.with(
                    .string(wider.word), at: (rule.place + [.key("ceiling"), .key(line.key)])[...])
                append(.widen, rule, "ceiling of `\(line.key)` \(scope) becomes \(wider)", edited, mark: line.keyMark)
            }
            for (index, parent) in (entry.value["inherits"]?.sequence ?? []).enumerated() {
                let edited = json.with(nil, at: (rule.place + [.key("inherits"), .index(index)])[...])
                append(
                    .drop, rule, "does not inherit `\(parent.string ?? "")`", edited, mark: parent.mark)
            }
        }
    }

    // MARK: - Collecting

    private mutating func add(
        _ kind: Mutation.Kind, _ rule: Rule, _ change: String, with value: JSONValue?, at key: String? = nil,
        moved: (prefix: String, after: Int)? = nil
    ) {
        let place = rule.place + (key.map { [.key($0)] } ?? [])
        append(kind, rule, change, rule.file.json.with(value, at: place[...]), moved: moved)
    }

    private mutating func append(
        _ kind: Mutation.Kind, _ rule: Rule, _ change: String, _ content: JSONValue, mark: Mark? = nil,
        moved: (prefix: String, after: Int)? = nil
    ) {
        mutations.append(
            Mutation(
                kind: kind, rule: rule.id, path: rule.file.path, mark: mark ?? rule.node.mark, change: change,
                actions: rule.actions, moved: moved, content: content))
    }
}

extension Scope {
    /// The next wider scope.
    fileprivate var wider: Scope? { Scope(rawValue: rawValue + 1) }
    /// As a ceiling writes it.
    fileprivate var word: String { self == .subAny ? "sub" : description }
}
