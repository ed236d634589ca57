/// A name that is ASCII without escapes, by its place in the text.
struct PlainName {
    let start: Int
    let count: Int
    /// The first bytes, at most `headLength`: most names that differ differ here.
    let head: UInt64

    static let headLength = 8

    /// One of 64 bits, by length and first bytes (multiplicative hashing: the top six bits of the product).
    var hashBit: UInt64 {
        1 &<< (((head ^ UInt64(truncatingIfNeeded: count)) &* 0x9E37_79B9_7F4A_7C15) &>> 58)
    }
}

/// The names of one object so far, to refuse one that comes twice. Most objects have a handful, for which looking at
/// each is cheapest; their plain names stand in the parser's stack, so that an object allocates nothing.
struct NamesSeen {
    private let base: Int
    /// All of them as texts, once there are more than a few (looking at each would take the square of a long text) or
    /// one has escapes or characters beyond ASCII.
    private var many: Set<String> = []
    /// Which hashes names so far have, a bit each: a name whose bit is new need not be looked for.
    private var hashes: UInt64 = 0
    private static let fewest = 32

    init(_ parser: inout JSONParser) { base = parser.plainNames.count }

    /// False for a name that was there. `place` is where its quote stands.
    mutating func insert(
        _ run: JSONParser.TextRun, at place: Int, _ parser: inout JSONParser
    ) throws(JSONParseError) -> Bool {
        guard run.isPlain, many.isEmpty, parser.plainNames.count - base < Self.fewest else {
            let name = run.isPlain ? parser.plainText(run) : try parser.text(at: place)
            return insert(name, parser)
        }
        let name = Self.plain(run, parser.bytes)
        if hashes & name.hashBit != 0 && isThere(name, parser) { return false }
        hashes |= name.hashBit
        parser.plainNames.append(name)
        return true
    }

    private func isThere(_ name: PlainName, _ parser: borrowing JSONParser) -> Bool {
        for known in parser.plainNames[base...] where known.head == name.head && known.count == name.count {
            let bytes = parser.bytes
            if name.count <= PlainName.headLength { return true }
            let text = bytes[name.start..<name.start + name.count]
            if bytes[known.start..<known.start + known.count].elementsEqual(text) { return true }
        }
        return false
    }

    /// Texts are compared as texts are: canonically equivalent ones are one name.
    private mutating func insert(_ name: String, _ parser: JSONParser) -> Bool {
        if many.isEmpty {
            many = Set(
                parser.plainNames[base...].map { name in
                    parser.plainText(
                        JSONParser.TextRun(start: name.start, end: name.start + name.count, isPlain: true))
                })
        }
        return many.insert(name).inserted
    }

    /// Forgets the names when the object is closed.
    func close(_ parser: inout JSONParser) {
        parser.plainNames.removeLast(parser.plainNames.count - base)
    }

    private static func plain(_ run: JSONParser.TextRun, _ bytes: UnsafeBufferPointer<UInt8>) -> PlainName {
        let count = run.end - run.start
        let raw = UnsafeRawBufferPointer(bytes)
        var head: UInt64 = 0
        if run.start + PlainName.headLength <= raw.count {
            head = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: run.start, as: UInt64.self))
            if count < PlainName.headLength { head &= (1 &<< UInt64(count &* 8)) &- 1 }
        } else {
            for place in (run.start..<run.end).reversed() { head = head << 8 | UInt64(bytes[place]) }
        }
        return PlainName(start: run.start, count: count, head: head)
    }
}
