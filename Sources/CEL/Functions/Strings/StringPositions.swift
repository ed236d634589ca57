import WireFormat

/// `charAt`, `indexOf`, `lastIndexOf` and `substring`; places count code points.
enum StringPositions {
    static let all: [FunctionDeclaration] = [
        .binary("charAt", [.member(.string, .int, returns: .string)]) { (a, b, budget) throws(EvaluationError) in
            guard case .string(let text) = a, case .int(let place) = b else { return nil }
            let start = try index(place, in: text, &budget)
            let scalars = text.unicodeScalars
            return .string(start == scalars.endIndex ? "" : String(scalars[start]))
        },
        .binaryOrTernary(
            "indexOf", [.member(.string, .string, returns: .int), .member(.string, .string, .int, returns: .int)]
        ) { (a, b, c, budget) throws(EvaluationError) in
            guard case .string(let text) = a, case .string(let other) = b else { return nil }
            guard let place = try start(c, or: 0) else { return nil }
            try budget.spend(bytes: text.utf8.count + other.utf8.count)
            return .int(firstPlace(of: other, in: text, from: place))
        },
        .binaryOrTernary(
            "lastIndexOf", [.member(.string, .string, returns: .int), .member(.string, .string, .int, returns: .int)]
        ) { (a, b, c, budget) throws(EvaluationError) in
            guard case .string(let text) = a, case .string(let other) = b else { return nil }
            try budget.spend(bytes: text.utf8.count + other.utf8.count)
            let count = Int64(text.codePointCount)
            guard let place = try start(c, or: count) else { return nil }
            // Nothing but the empty text begins at the end.
            if c != nil, place > count || (place == count && !other.isEmpty) { return .int(-1) }
            return .int(try lastPlace(of: other, in: text, upTo: place, &budget))
        },
        .binaryOrTernary(
            "substring", [.member(.string, .int, returns: .string), .member(.string, .int, .int, returns: .string)]
        ) { (a, b, c, budget) throws(EvaluationError) in
            guard case .string(let text) = a, case .int(let from) = b else { return nil }
            let start = try index(from, in: text, &budget)
            guard let c else { return .string(String(text[start...])) }
            guard case .int(let to) = c else { return nil }
            let end = try index(to, in: text, &budget)
            guard start <= end else {
                throw EvaluationError(.invalidArgument, "invalid substring range. start: \(from), end: \(to)")
            }
            return .string(String(text[start..<end]))
        },
    ]

    /// The index of a place from 0 to the text's length.
    private static func index(
        _ place: Int64, in text: String, _ budget: inout Budget
    ) throws(EvaluationError) -> String.Index {
        try budget.spend(bytes: text.utf8.count)
        let scalars = text.unicodeScalars
        guard place >= 0, place <= Int64(text.utf8.count),
            let index = scalars.index(scalars.startIndex, offsetBy: Int(place), limitedBy: scalars.endIndex)
        else { throw outOfRange(place) }
        return index
    }

    /// The place where a search begins; nil when the argument is no int.
    private static func start(_ argument: Value?, or standard: Int64) throws(EvaluationError) -> Int64? {
        guard let argument else { return standard }
        guard case .int(let place) = argument else { return nil }
        guard place >= 0 else { throw outOfRange(place) }
        return place
    }

    /// -1 when it is not found; a start beyond the end finds nothing.
    private static func firstPlace(of other: String, in text: String, from place: Int64) -> Int64 {
        text.withContiguousUTF8 { bytes in
            other.withContiguousUTF8 { needle in
                guard let start = offset(of: place, in: bytes),
                    let found = String.firstIndex(of: needle, in: bytes, from: start)
                else { return -1 }
                return place + codePoints(of: bytes[start..<found])
            }
        }
    }

    private static func lastPlace(
        of other: String, in text: String, upTo place: Int64, _ budget: inout Budget
    ) throws(EvaluationError) -> Int64 {
        var spent = 0
        let allowance = budget.remaining
        let found: Int64? = text.withContiguousUTF8 { bytes in
            other.withContiguousUTF8 { needle in
                let limit = offset(of: place, in: bytes) ?? bytes.count
                if needle.isEmpty { return codePoints(of: bytes[..<limit]) }
                var last: Int?
                var start = 0
                while let found = String.firstIndex(of: needle, in: bytes, from: start), found <= limit {
                    last = found
                    start = found + 1
                    spent += 1 + needle.count / Budget.bytesPerStep
                    if spent > allowance { return nil }
                }
                return last.map { codePoints(of: bytes[..<$0]) } ?? -1
            }
        }
        try budget.spend(spent)
        return found ?? -1
    }

    /// The byte at which a code point begins; nil beyond the end.
    private static func offset(of place: Int64, in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        var left = place
        for (offset, byte) in bytes.enumerated() where byte & 0xC0 != 0x80 {
            if left == 0 { return offset }
            left -= 1
        }
        return left == 0 ? bytes.count : nil
    }

    private static func codePoints(of bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Int64 {
        var count: Int64 = 0
        for byte in bytes where byte & 0xC0 != 0x80 { count += 1 }
        return count
    }

    private static func outOfRange(_ place: Int64) -> EvaluationError {
        EvaluationError(.invalidArgument, "index out of range: \(place)")
    }
}
