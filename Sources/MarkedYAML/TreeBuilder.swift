/// Builds the tree from events, with every rule that goes beyond YAML's grammar.
///
/// It keeps its own stack, so that nesting costs no machine stack.
struct TreeBuilder {
    /// The document, once it is whole.
    private(set) var root: YAMLNode?

    private let path: String
    private let limits: YAMLLimits
    private var stack: [Frame] = []
    private var anchors: [String: Measured] = [:]
    private var openAnchors: Set<String> = []
    private var aliases = 0
    private var nodes = 0

    /// A node with what it costs a reader that follows aliases.
    private struct Measured {
        let node: YAMLNode
        let nodes: Int
        let height: Int
    }

    private struct Frame {
        let mark: Mark
        let anchor: String?
        let isMapping: Bool
        var items: [YAMLNode] = []
        var entries: [YAMLEntry] = []
        var keys: Set<String> = []
        var pendingKey: (text: String, mark: Mark)?
        var nodes = 1
        var height = 1
    }

    init(path: String, limits: YAMLLimits) {
        self.path = path
        self.limits = limits
    }

    mutating func take(_ event: EventStream.Event) throws(PlacedError) {
        if let tag = event.tag {
            throw error(event.mark, "tag `\(tag)` is not allowed", "leave it out; quote the value to make it text")
        }
        switch event.kind {
        case .streamStart, .streamEnd, .documentEnd: break
        case .documentStart(let hasDirectives):
            if hasDirectives {
                throw error(event.mark, "directives are not allowed", "leave the line that begins with `%` out")
            }
        case .sequenceStart, .mappingStart:
            if isKeyExpected {
                throw error(event.mark, "a key must be text, not a list or a mapping", "write `key: value`")
            }
            guard stack.count < limits.depth else { throw tooDeep(event.mark) }
            try count(1, at: event.mark)
            if let anchor = event.anchor {
                try checkUnused(anchor, event.mark)
                openAnchors.insert(anchor)
            }
            stack.append(Frame(mark: event.mark, anchor: event.anchor, isMapping: event.kind == .mappingStart))
        case .sequenceEnd, .mappingEnd:
            guard let frame = stack.popLast() else { return }
            let content: YAMLNode.Content = frame.isMapping ? .mapping(frame.entries) : .sequence(frame.items)
            let whole = Measured(
                node: YAMLNode(content, at: frame.mark), nodes: frame.nodes, height: frame.height)
            if let anchor = frame.anchor {
                openAnchors.remove(anchor)
                anchors[anchor] = whole
            }
            try attach(whole, at: frame.mark)
        case .scalar(let text, let style):
            try takeScalar(text, style, event)
        case .alias(let name):
            try takeAlias(name, at: event.mark)
        }
    }

    private var isKeyExpected: Bool {
        guard let frame = stack.last else { return false }
        return frame.isMapping && frame.pendingKey == nil
    }

    private mutating func takeScalar(
        _ text: String, _ style: EventStream.ScalarStyle, _ event: EventStream.Event
    ) throws(PlacedError) {
        try count(1, at: event.mark)
        let content = try resolve(text, style, at: event.mark)
        if isKeyExpected {
            if event.anchor != nil {
                throw error(event.mark, "an anchor on a key is not allowed", "put it before the value")
            }
            return try takeKey(text, content, isPlain: style == .plain, at: event.mark)
        }
        let node = YAMLNode(content, at: event.mark, isPlain: style == .plain)
        let measured = Measured(node: node, nodes: 1, height: 1)
        if let anchor = event.anchor {
            try checkUnused(anchor, event.mark)
            anchors[anchor] = measured
        }
        try attach(measured, at: event.mark)
    }

    private func resolve(
        _ text: String, _ style: EventStream.ScalarStyle, at mark: Mark
    ) throws(PlacedError) -> YAMLNode.Content {
        guard style == .plain else { return .string(text) }
        do {
            return try CoreSchema.resolve(text)
        } catch {
            throw self.error(mark, "number `\(shortened(text))` is out of range", "quote it to make it text")
        }
    }

    private mutating func takeKey(
        _ text: String, _ content: YAMLNode.Content, isPlain: Bool, at mark: Mark
    ) throws(PlacedError) {
        guard case .string = content else {
            throw error(mark, "key `\(shortened(text))` is not text", "quote it")
        }
        if isPlain && text == "<<" {
            throw error(mark, "merge key `<<` is not allowed", "write the keys out")
        }
        let depth = stack.count - 1
        guard stack[depth].keys.insert(text).inserted else {
            let first = stack[depth].entries.first { $0.key == text }
            let place = first.map { " (first at \($0.keyMark))" } ?? ""
            throw error(mark, "duplicate key `\(shortened(text))`\(place)", "keep one of them")
        }
        stack[depth].pendingKey = (text, mark)
    }

    private mutating func takeAlias(_ name: String, at mark: Mark) throws(PlacedError) {
        if isKeyExpected { throw error(mark, "alias `*\(name)` as a key is not allowed", "write the key out") }
        aliases += 1
        guard aliases <= limits.aliases else {
            throw error(mark, "more than \(limits.aliases) aliases", "write the values out")
        }
        if openAnchors.contains(name) {
            throw error(mark, "alias `*\(name)` stands inside its own anchor", "write the value out")
        }
        guard let target = anchors[name] else {
            throw error(mark, "unknown alias `*\(name)`", "define `&\(name)` above, or quote text that begins with `*`")
        }
        guard stack.count + target.height <= limits.depth else { throw tooDeep(mark) }
        try count(target.nodes, at: mark)
        try attach(target, at: mark)
    }

    private mutating func attach(_ value: Measured, at mark: Mark) throws(PlacedError) {
        guard let depth = stack.indices.last else {
            root = value.node
            return
        }
        stack[depth].nodes += value.nodes
        stack[depth].height = max(stack[depth].height, value.height + 1)
        if let key = stack[depth].pendingKey {
            stack[depth].entries.append(YAMLEntry(key: key.text, keyMark: key.mark, value: value.node))
            stack[depth].pendingKey = nil
            stack[depth].nodes += 1
        } else {
            stack[depth].items.append(value.node)
        }
    }

    private mutating func count(_ more: Int, at mark: Mark) throws(PlacedError) {
        nodes += more
        guard nodes <= limits.nodes else {
            throw error(
                mark, "more than \(limits.nodes) values, aliases written out", "use fewer aliases or split the file")
        }
    }

    private func checkUnused(_ anchor: String, _ mark: Mark) throws(PlacedError) {
        if anchors[anchor] != nil || openAnchors.contains(anchor) {
            throw error(mark, "anchor `&\(anchor)` is already defined", "choose another name")
        }
    }

    private func tooDeep(_ mark: Mark) -> PlacedError {
        error(mark, "nested more than \(limits.depth) levels deep", "flatten the structure")
    }

    private func error(_ mark: Mark, _ cause: String, _ remedy: String) -> PlacedError {
        PlacedError(path: path, mark: mark, cause: cause, remedy: remedy)
    }

    /// The longest piece of a file's text that a message repeats.
    private static let quotedLength = 64

    private func shortened(_ text: String) -> String {
        let head = text.prefix(Self.quotedLength)
        return head.endIndex == text.endIndex ? text : head + "…"
    }
}
