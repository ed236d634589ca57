public import WireFormat

extension PolicyBundle {
    /// Answers an AuthZEN request with its facts, from JSON to JSON: the text of `check(_:).wire` for
    /// `DecisionRequest(json:)`, written without building a tree.
    ///
    /// - Throws: `JSONParseError` for what is no such request.
    public func answer(json: [UInt8]) throws(JSONParseError) -> [UInt8] {
        let request = try DecisionRequest(json: json)
        let decision = check(request)
        guard decision.obligations.isEmpty else { return decision.wire.bytes() }
        var writer = DecisionWriter()
        writer.write(decision, decision.isAllowed ? actions[request.action]?.module.renderedAccess : nil)
        return writer.bytes
    }
}

/// The field classes of a module as text with gaps for what a decision opens, in the order of their names.
struct RenderedAccess: Sendable {
    /// A class: its number, and the text before `read`, between `read` and `write`.
    fileprivate let classes: [(bit: UInt64, beforeRead: [UInt8], beforeWrite: [UInt8])]

    init(_ classes: [FieldClass]) {
        self.classes = classes.enumerated().sorted { $0.element.name < $1.element.name }.map { number, each in
            let name = JSONValue.string(each.name).text
            let fields = JSONValue(each.fields).text
            return (
                1 << UInt64(number), Array("\(name):{\"fields\":\(fields),\"read\":".utf8),
                Array(",\"sensitive\":\(each.isSensitive),\"write\":".utf8)
            )
        }
    }
}

/// Writes a decision without obligations in canonical form.
private struct DecisionWriter {
    private(set) var bytes: [UInt8] = []

    init() { bytes.reserveCapacity(2048) }

    mutating func write(_ decision: Decision, _ access: RenderedAccess?) {
        append("{\"context\":{\"fields\":{")
        if let access {
            for (place, each) in access.classes.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes.append(contentsOf: each.beforeRead)
                append(decision.fields.readable & each.bit != 0)
                bytes.append(contentsOf: each.beforeWrite)
                append(decision.fields.writable & each.bit != 0)
                bytes.append(UInt8(ascii: "}"))
            }
        }
        append("},\"obligations\":[]")
        if let reason = decision.reason { append(",\"reason\":", plain: reason.description) }
        append(",\"revision\":", plain: decision.revision)
        if let rule = decision.rule { append(",\"rule\":", plain: rule) }
        append(",\"scope\":", plain: decision.scope.description)
        append(",\"version\":1},\"decision\":")
        append(decision.isAllowed)
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// INVARIANT: rule ids, reasons, revisions and scopes hold no character that JSON escapes.
    private mutating func append(_ name: StaticString, plain text: String) {
        append(name)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: text.utf8)
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func append(_ truth: Bool) { truth ? append("true") : append("false") }
}
