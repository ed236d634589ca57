public import WireFormat

extension Filter: WireEncodable {
    /// The deepest tree that is read. Compiled policies are a few levels deep.
    static let deepestOnWire = 64

    /// The wire shape, version 1: `{"op": "none"}`, `{"op": "about", "subject": …}`,
    /// `{"op": "inChain", "subject": …, "depth": "direct"|"any"}`, `{"op": "and"|"or", "of": […]}`,
    /// `{"op": "not", "of": …}`, `{"op": "compare", "attribute": …, "comparator": …, "value": …}`.
    public var wire: JSONValue {
        switch self {
        case .none: ["op": "none"]
        case .all: ["op": "all"]
        case .about(let subject): ["op": "about", "subject": .string(subject)]
        case .inChain(let subject, let depth):
            ["op": "inChain", "subject": .string(subject), "depth": .string(depth.rawValue)]
        case .and(let parts): ["op": "and", "of": .array(parts.map(\.wire))]
        case .or(let parts): ["op": "or", "of": .array(parts.map(\.wire))]
        case .not(let part): ["op": "not", "of": part.wire]
        case .compare(let attribute, let comparator, let value):
            [
                "op": "compare", "attribute": .string(attribute), "comparator": .string(comparator.rawValue),
                "value": value,
            ]
        }
    }

    /// Reads the wire shape.
    /// - Throws: For anything that this version does not know: the caller must deny.
    public init(wire: JSONValue) throws(WireShapeError) {
        try self.init(wire: wire, depth: 0)
    }

    private init(wire: JSONValue, depth: Int) throws(WireShapeError) {
        guard depth < Self.deepestOnWire else { throw WireShapeError("filter is nested too deep") }
        guard let op = wire["op"]?.string else { throw WireShapeError("filter has no string `op`") }
        func members(_ names: String...) throws(WireShapeError) -> WireMembers {
            try WireMembers(wire, of: "filter `\(op)`", allowed: ["op"] + names)
        }
        switch op {
        case "none":
            _ = try members()
            self = .none
        case "all":
            _ = try members()
            self = .all
        case "about": self = .about(subject: try Self.subject(try members("subject")))
        case "inChain":
            let read = try members("subject", "depth")
            let name = try read.string("depth")
            guard let chainDepth = ChainDepth(rawValue: name) else { throw WireShapeError("unknown depth `\(name)`") }
            self = .inChain(subject: try Self.subject(read), depth: chainDepth)
        case "and", "or":
            let items = try members("of").array("of")
            guard !items.isEmpty else { throw WireShapeError("filter `\(op)` is of nothing") }
            var parts: [Filter] = []
            for item in items { parts.append(try Filter(wire: item, depth: depth + 1)) }
            self = op == "and" ? .and(parts) : .or(parts)
        case "not": self = .not(try Filter(wire: try members("of").value("of"), depth: depth + 1))
        case "compare":
            let read = try members("attribute", "comparator", "value")
            let name = try read.string("comparator")
            guard let comparator = Comparator(rawValue: name) else {
                throw WireShapeError("unknown comparator `\(name)`")
            }
            let value = try read.value("value")
            guard comparator.takes(value) else { throw WireShapeError("comparator `\(name)` takes another value") }
            self = .compare(attribute: try read.string("attribute"), comparator, value)
        default: throw WireShapeError("unknown filter `\(op)`")
        }
    }

    private static func subject(_ members: WireMembers) throws(WireShapeError) -> String {
        let subject = try members.string("subject")
        guard !subject.isEmpty else { throw WireShapeError("filter has an empty `subject`") }
        return subject
    }
}

extension Comparator {
    /// Whether the right side of a comparison can be this value.
    func takes(_ value: JSONValue) -> Bool {
        switch (self, value) {
        case (.equal, .string), (.equal, .integer), (.equal, .bool): true
        case (.less, .integer), (.lessOrEqual, .integer), (.greater, .integer), (.greaterOrEqual, .integer): true
        case (.oneOf, .array(let values)): !values.isEmpty && values.allSatisfy { Comparator.equal.takes($0) }
        default: false
        }
    }
}
