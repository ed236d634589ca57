/// Reads a JSON text member by member, under the same rules as `JSONValue.parse`, without building a tree: for requests
/// that come a hundred thousand times a second.
public struct JSONReader {
    private var parser: JSONParser

    /// Reads one text; `body` must read exactly one value.
    public static func read<Result>(
        _ bytes: [UInt8], limits: JSONLimits = .standard,
        _ body: (inout JSONReader) throws(JSONParseError) -> Result
    ) throws(JSONParseError) -> Result {
        let read = bytes.withUnsafeBufferPointer { buffer in
            Swift.Result { () throws(JSONParseError) -> Result in
                guard buffer.count <= limits.bytes else {
                    throw JSONParseError(
                        offset: limits.bytes, pointer: "", detail: "the text is longer than \(limits.bytes) bytes",
                        exceedsLimit: true)
                }
                var reader = JSONReader(parser: JSONParser(bytes: buffer, maximumDepth: limits.depth))
                reader.parser.skipSpace()
                let result = try body(&reader)
                try reader.parser.end()
                return result
            }
        }
        return try read.get()
    }

    /// Reads an object, or fails. `member` gets each name and must read its value.
    public mutating func object(
        _ member: (String, inout JSONReader) throws(JSONParseError) -> Void
    ) throws(JSONParseError) {
        guard try parser.openObject() else { return }
        var names = NamesSeen()
        repeat {
            let start = parser.position
            let name = try parser.memberName()
            guard names.insert(name) else { throw parser.failure("the member is named twice", at: start) }
            try member(name, &self)
            parser.closeMember()
        } while try parser.continuesObject()
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
        if parser.peek() == UInt8(ascii: "n") {
            _ = try parser.value()
            return nil
        }
        return try string()
    }

    /// Whether the next value is `null`; then it has been read.
    public mutating func skipsNull() throws(JSONParseError) -> Bool {
        guard parser.peek() == UInt8(ascii: "n") else { return false }
        _ = try parser.value()
        return true
    }

    /// Reads an array of strings.
    public mutating func strings() throws(JSONParseError) -> [String] {
        var texts: [String] = []
        try array { reader throws(JSONParseError) in texts.append(try reader.string()) }
        return texts
    }

    /// Reads any value.
    public mutating func value() throws(JSONParseError) -> JSONValue { try parser.value() }

    /// A failure at the present place.
    public func failure(_ detail: String) -> JSONParseError { parser.failure(detail) }
}

/// The names of one object so far. Most objects have a handful, for which looking at each is cheapest.
private struct NamesSeen {
    private var few: [String] = []
    private var many: Set<String> = []
    private static let fewest = 16

    /// False for a name that was there.
    mutating func insert(_ name: String) -> Bool {
        if few.count < Self.fewest {
            guard !few.contains(name) else { return false }
            few.append(name)
            return true
        }
        if many.isEmpty { many = Set(few) }
        return many.insert(name).inserted
    }
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
