/// Reads a JSON text member by member, under the same rules as `JSONValue.parse`, without building a tree: for requests
/// that come a hundred thousand times a second.
public struct JSONReader {
    private var parser: JSONParser

    /// Reads one text; `body` must read exactly one value.
    @inlinable
    public static func read<Result>(
        _ bytes: [UInt8], limits: JSONLimits = .standard,
        _ body: (inout JSONReader) throws(JSONParseError) -> Result
    ) throws(JSONParseError) -> Result {
        let read = bytes.withUnsafeBufferPointer { buffer in
            Swift.Result { () throws(JSONParseError) -> Result in
                var reader = try JSONReader(buffer, limits)
                let result = try body(&reader)
                try reader.end()
                return result
            }
        }
        return try read.get()
    }

    @usableFromInline
    init(_ bytes: UnsafeBufferPointer<UInt8>, _ limits: JSONLimits) throws(JSONParseError) {
        guard bytes.count <= limits.bytes else {
            throw JSONParseError(
                offset: limits.bytes, pointer: "", detail: "the text is longer than \(limits.bytes) bytes",
                exceedsLimit: true)
        }
        parser = JSONParser(bytes: bytes, maximumDepth: limits.depth)
        parser.skipSpace()
    }

    /// Nothing but space may follow.
    @usableFromInline
    mutating func end() throws(JSONParseError) { try parser.end() }

    /// Reads an object, or fails. `member` gets each name and must read its value.
    public mutating func object(
        _ member: (JSONName, inout JSONReader) throws(JSONParseError) -> Void
    ) throws(JSONParseError) {
        guard try parser.openObject() else { return }
        var names = NamesSeen(&parser)
        repeat {
            let start = parser.position
            let run = try parser.memberRun()
            guard try names.insert(run, at: start, &parser) else {
                throw parser.failure("the member is named twice", at: start)
            }
            if run.isPlain {
                try member(JSONName(UnsafeBufferPointer(rebasing: parser.bytes[run.start..<run.end])), &self)
            } else {
                try unusual(try parser.text(at: start), member)
            }
            parser.closeMember()
        } while try parser.continuesObject()
        names.close(&parser)
    }

    /// Reads the value of a member whose name is not written plainly.
    private mutating func unusual(
        _ name: String, _ member: (JSONName, inout JSONReader) throws(JSONParseError) -> Void
    ) throws(JSONParseError) {
        let read = Array(name.utf8).withUnsafeBufferPointer { bytes in
            Swift.Result { () throws(JSONParseError) in try member(JSONName(bytes), &self) }
        }
        try read.get()
    }

    /// Reads an array, or fails. `element` must read one value.
    public mutating func array(
        _ element: (inout JSONReader) throws(JSONParseError) -> Void
    ) throws(JSONParseError) {
        guard try parser.openArray() else { return }
        var index = 0
        repeat {
            parser.enterElement(index)
            try element(&self)
            parser.closeMember()
            index += 1
        } while try parser.continuesArray()
    }

    /// Reads a string, or fails.
    public mutating func string() throws(JSONParseError) -> String {
        guard parser.peek() == UInt8(ascii: "\"") else { throw parser.failure("must be a string") }
        return try parser.string()
    }

    /// Reads a string, or nothing from `null`.
    public mutating func optionalString() throws(JSONParseError) -> String? {
        if try skipsNull() { return nil }
        return try string()
    }

    /// Whether the next value is `null`; then it has been read.
    public mutating func skipsNull() throws(JSONParseError) -> Bool {
        guard parser.peek() == UInt8(ascii: "n") else { return false }
        _ = try parser.value()
        return true
    }

    /// Reads an instant of RFC 3339, or nothing from `null`.
    public mutating func optionalInstant() throws(JSONParseError) -> Instant? {
        if try skipsNull() { return nil }
        guard parser.peek() == UInt8(ascii: "\"") else { throw parser.failure("must be a string") }
        let start = parser.position
        let run = try parser.run()
        let instant =
            run.isPlain
            ? Instant(rfc3339: UnsafeBufferPointer(rebasing: parser.bytes[run.start..<run.end]))
            : Instant(rfc3339: try parser.text(at: start))
        guard let instant else { throw parser.failure("must be an RFC 3339 instant") }
        return instant
    }

    /// Reads an array of strings.
    public mutating func strings() throws(JSONParseError) -> [String] {
        var texts: [String] = []
        try array { reader throws(JSONParseError) in texts.append(try reader.string()) }
        return texts
    }

    /// Reads an array of strings, or nothing from `null`; whatever else it is fails as a whole.
    public mutating func optionalStrings() throws(JSONParseError) -> [String]? {
        var texts: [String] = []
        var areAllStrings = parser.peek() == UInt8(ascii: "[")
        if areAllStrings {
            try array { reader throws(JSONParseError) in
                if reader.parser.peek() == UInt8(ascii: "\"") {
                    texts.append(try reader.parser.string())
                } else {
                    areAllStrings = false
                    try reader.skip()
                }
            }
        } else if try parser.value().isNull {
            return nil
        }
        guard areAllStrings else { throw parser.failure("must be an array of strings") }
        return texts
    }

    /// Reads any value.
    public mutating func value() throws(JSONParseError) -> JSONValue { try parser.value() }

    /// Reads over any value, by the same rules as `value()`, without making anything of it.
    public mutating func skip() throws(JSONParseError) {
        switch parser.peek() {
        case UInt8(ascii: "\""): _ = try parser.run()
        case UInt8(ascii: "{"): try object { _, reader throws(JSONParseError) in try reader.skip() }
        case UInt8(ascii: "["): try array { reader throws(JSONParseError) in try reader.skip() }
        default: _ = try parser.value()
        }
    }

    /// A failure at the present place.
    public func failure(_ detail: String) -> JSONParseError { parser.failure(detail) }
}

extension JSONParser {
    /// Whether an object that begins here has members.
    mutating func openObject() throws(JSONParseError) -> Bool {
        guard peek() == UInt8(ascii: "{") else { throw failure("must be an object") }
        try descend()
        position += 1
        skipSpace()
        return !take(UInt8(ascii: "}"))
    }

    mutating func openArray() throws(JSONParseError) -> Bool {
        guard peek() == UInt8(ascii: "[") else { throw failure("must be an array") }
        try descend()
        position += 1
        skipSpace()
        return !take(UInt8(ascii: "]"))
    }

    mutating func continuesObject() throws(JSONParseError) -> Bool {
        skipSpace()
        if take(UInt8(ascii: ",")) {
            skipSpace()
            return true
        }
        guard take(UInt8(ascii: "}")) else { throw failure("expected a comma or a closing brace") }
        return false
    }

    mutating func continuesArray() throws(JSONParseError) -> Bool {
        skipSpace()
        if take(UInt8(ascii: ",")) {
            skipSpace()
            return true
        }
        guard take(UInt8(ascii: "]")) else { throw failure("expected a comma or a closing bracket") }
        return false
    }
}
