extension JSONValue {
    /// Reads one JSON text (RFC 8259) under the rules of I-JSON (RFC 7493): UTF-8, no duplicate names, no lone
    /// surrogates, numbers that a double can hold. NUL in a string is refused too, since PostgreSQL cannot store it.
    ///
    /// - Throws: `JSONParseError`, which names the place.
    @inlinable
    public static func parse(
        _ bytes: some Collection<UInt8>, limits: JSONLimits = .standard
    ) throws(JSONParseError) -> JSONValue {
        if let result = bytes.withContiguousStorageIfAvailable({ buffer in
            Result { () throws(JSONParseError) in try parse(buffer: buffer, limits: limits) }
        }) {
            return try result.get()
        }
        return try Array(bytes).withUnsafeBufferPointer { buffer in
            Result { () throws(JSONParseError) in try parse(buffer: buffer, limits: limits) }
        }.get()
    }

    /// Reads one JSON text; see `parse(_:limits:)`.
    public static func parse(_ text: String, limits: JSONLimits = .standard) throws(JSONParseError) -> JSONValue {
        try parse(Array(text.utf8), limits: limits)
    }

    @usableFromInline
    static func parse(
        buffer: UnsafeBufferPointer<UInt8>, limits: JSONLimits
    ) throws(JSONParseError) -> JSONValue {
        guard buffer.count <= limits.bytes else {
            throw JSONParseError(
                offset: limits.bytes, pointer: "", detail: "the text is longer than \(limits.bytes) bytes",
                exceedsLimit: true)
        }
        var parser = JSONParser(bytes: buffer, maximumDepth: limits.depth)
        return try parser.document()
    }
}

/// A recursive-descent reader; recursion is bounded by `maximumDepth`.
struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    let maximumDepth: Int
    var position = 0
    /// The way to the value that is being read: for a member the offset of its name, for an element the complement of
    /// its index. Names become text only in an error's pointer.
    private var path: [Int] = []
    /// Plain names of the objects that are open, outermost first; see `NamesSeen`.
    var plainNames: [PlainName] = []

    /// Levels and names for which there is room from the start: a request of ours has fewer.
    private static let usualDepth = 8
    private static let usualNames = 64

    init(bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
        path.reserveCapacity(Self.usualDepth)
        plainNames.reserveCapacity(Self.usualNames)
    }

    mutating func document() throws(JSONParseError) -> JSONValue {
        skipSpace()
        let value = try value()
        try end()
        return value
    }

    /// Nothing but space may follow.
    mutating func end() throws(JSONParseError) {
        skipSpace()
        guard position == bytes.count else { throw failure("unexpected text after the value") }
    }

    mutating func value() throws(JSONParseError) -> JSONValue {
        guard let byte = peek() else { throw failure("unexpected end of text") }
        switch byte {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw failure("unexpected character")
        }
    }

    /// Room for most objects of ours that have more than one member.
    private static let usualMembers = 8

    private mutating func object() throws(JSONParseError) -> JSONValue {
        try descend()
        position += 1
        var members: [String: JSONValue] = [:]
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipSpace()
            let start = position
            let name = try memberName()
            // Growing one by one would hash every name four times over; many objects have one member.
            if members.count == 1 { members.reserveCapacity(Self.usualMembers) }
            guard members.updateValue(try value(), forKey: name) == nil else {
                throw failure("the member is named twice", at: start)
            }
            closeMember()
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            if take(UInt8(ascii: "}")) { return .object(members) }
            throw failure("expected a comma or a closing brace")
        }
    }

    private mutating func array() throws(JSONParseError) -> JSONValue {
        try descend()
        position += 1
        var elements: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            skipSpace()
            enterElement(elements.count)
            elements.append(try value())
            closeMember()
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            if take(UInt8(ascii: "]")) { return .array(elements) }
            throw failure("expected a comma or a closing bracket")
        }
    }

    /// Reads a member's name and goes to its value.
    mutating func memberName() throws(JSONParseError) -> String {
        let start = position
        let run = try memberRun()
        return run.isPlain ? plainText(run) : try text(at: start)
    }

    /// Reads over a member's name, without making a text of it, and goes to its value.
    mutating func memberRun() throws(JSONParseError) -> TextRun {
        guard peek() == UInt8(ascii: "\"") else { throw failure("expected a member name in double quotes") }
        let start = position
        let run = try run()
        skipSpace()
        guard take(UInt8(ascii: ":")) else { throw failure("expected a colon after a member name") }
        path.append(start)
        skipSpace()
        return run
    }

    mutating func enterElement(_ index: Int) { path.append(~index) }

    mutating func closeMember() { path.removeLast() }

    /// INVARIANT: `path` has one step for each open array or object, so its length is the depth.
    func descend() throws(JSONParseError) {
        guard path.count < maximumDepth else {
            throw JSONParseError(
                offset: position, pointer: pointer, detail: "nested deeper than \(maximumDepth) levels",
                exceedsLimit: true)
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONParseError) -> JSONValue {
        let length = text.utf8CodeUnitCount
        let expected = UnsafeBufferPointer(start: text.utf8Start, count: length)
        guard position + length <= bytes.count, bytes[position..<position + length].elementsEqual(expected) else {
            throw failure("unexpected character")
        }
        position += length
        return value
    }

    private mutating func number() throws(JSONParseError) -> JSONValue {
        let start = position
        _ = take(UInt8(ascii: "-"))
        let first = peek()
        let whole = digits()
        guard whole > 0 else { throw failure("a number needs a digit") }
        guard whole == 1 || first != UInt8(ascii: "0") else { throw failure("a number may not begin with 0") }
        var isInteger = true
        if take(UInt8(ascii: ".")) {
            isInteger = false
            guard digits() > 0 else { throw failure("a fraction needs a digit") }
        }
        if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
            isInteger = false
            position += 1
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard digits() > 0 else { throw failure("an exponent needs a digit") }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger, let number = Int64(text) { return .integer(number) }
        guard let number = Double(text), number.isFinite else {
            throw failure("the number is too large", at: start)
        }
        return .double(number)
    }

    private mutating func digits() -> Int {
        let start = position
        while let byte = peek(), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        return position - start
    }

    func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    func failure(_ detail: String, at offset: Int? = nil) -> JSONParseError {
        JSONParseError(offset: offset ?? position, pointer: pointer, detail: detail)
    }

    private var pointer: String {
        path.reduce(into: "") { text, step in
            // INVARIANT: a name in the path has been read before, so it can be read again.
            text = step < 0 ? "\(text)/\(~step)" : JSONPointer.appending((try? self.text(at: step)) ?? "", to: text)
        }
    }
}
