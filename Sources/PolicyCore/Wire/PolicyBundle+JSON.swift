public import WireFormat

extension PolicyBundle {
    /// Answers an AuthZEN request with its facts, from JSON to JSON: the text of `check(_:).wire` for
    /// `DecisionRequest(json:)`, written without building a tree.
    ///
    /// - Throws: `JSONParseError` for what is no such request.
    public func answer(json: [UInt8]) throws(JSONParseError) -> [UInt8] {
        let request = try DecisionRequest(json: json, attributes: attributesRead)
        let decision = check(request)
        guard decision.obligations.isEmpty else { return decision.wire.bytes() }
        return Self.written(decision, decision.isAllowed ? actions[request.action]?.module.renderedAccess : nil)
    }

    /// A decision without obligations in canonical form.
    private static func written(_ decision: Decision, _ access: RenderedAccess?) -> [UInt8] {
        let reason = decision.reason?.description ?? ""
        let rule = decision.rule ?? ""
        let capacity =
            DecisionWriter.mostBeside + (access?.most ?? 0) + reason.utf8.count + rule.utf8.count
            + decision.revision.utf8.count
        return [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            var writer = DecisionWriter(UnsafeMutableRawBufferPointer(buffer))
            writer.append("{\"context\":{\"fields\":{")
            access?.write(decision.fields, to: &writer)
            writer.append("},\"obligations\":[]")
            if decision.reason != nil { writer.append(",\"reason\":", plain: reason) }
            writer.append(",\"revision\":", plain: decision.revision)
            if decision.rule != nil { writer.append(",\"rule\":", plain: rule) }
            writer.append(",\"scope\":", plain: decision.scope.description)
            writer.append(",\"version\":1},\"decision\":")
            writer.append(decision.isAllowed)
            writer.append("}")
            count = writer.count
        }
    }
}

/// The field classes of a module as text with gaps for what a decision opens, in the order of their names.
struct RenderedAccess: Sendable {
    /// The text without what stands in the gaps.
    private let text: [UInt8]
    /// Where the gaps are, and of which class each tells whether it may be read or written.
    private let gaps: [(place: Int, bit: UInt64, isWrite: Bool)]

    init(_ classes: [FieldClass]) {
        var text: [UInt8] = []
        var gaps: [(place: Int, bit: UInt64, isWrite: Bool)] = []
        for (number, each) in classes.enumerated().sorted(by: { $0.element.name < $1.element.name }) {
            let name = JSONValue.string(each.name).text
            let fields = JSONValue(each.fields).text
            text += Array("\(text.isEmpty ? "" : ",")\(name):{\"fields\":\(fields),\"read\":".utf8)
            gaps.append((text.count, 1 << UInt64(number), false))
            text += Array(",\"sensitive\":\(each.isSensitive),\"write\":".utf8)
            gaps.append((text.count, 1 << UInt64(number), true))
            text.append(UInt8(ascii: "}"))
        }
        self.text = text
        self.gaps = gaps
    }

    /// The most bytes that it takes.
    fileprivate var most: Int { text.count + gaps.count * DecisionWriter.longestTruth }

    fileprivate func write(_ fields: FieldAccess, to writer: inout DecisionWriter) {
        text.withUnsafeBytes { text in
            var written = 0
            for gap in gaps {
                writer.append(UnsafeRawBufferPointer(rebasing: text[written..<gap.place]))
                writer.append((gap.isWrite ? fields.writable : fields.readable) & gap.bit != 0)
                written = gap.place
            }
            writer.append(UnsafeRawBufferPointer(rebasing: text[written...]))
        }
    }
}

/// Writes texts one after another into room that was made for them.
private struct DecisionWriter {
    private let room: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    /// `false`.
    static let longestTruth = 5
    /// More than all that stands around classes, reason, rule and revision: 130 bytes.
    static let mostBeside = 256

    /// INVARIANT: the room is there while the writer is.
    init(_ room: UnsafeMutableRawBufferPointer) { self.room = room }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: room[count...]).copyMemory(from: bytes)
        count += bytes.count
    }

    mutating func append(_ text: StaticString) { text.withUTF8Buffer { append(UnsafeRawBufferPointer($0)) } }

    /// INVARIANT: rule ids, reasons, revisions and scopes hold no character that JSON escapes.
    mutating func append(_ name: StaticString, plain text: String) {
        append(name)
        append("\"")
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
        append("\"")
    }

    mutating func append(_ truth: Bool) { truth ? append("true") : append("false") }
}
