import WireFormat

/// `split`, `join` and `replace`.
enum StringParts {
    static let all: [FunctionDeclaration] = [
        .binaryOrTernary(
            "split",
            [
                .member(.string, .string, returns: .list(.string)),
                .member(.string, .string, .int, returns: .list(.string)),
            ]
        ) { (a, b, c, budget) throws(EvaluationError) in
            guard case .string(let text) = a, case .string(let separator) = b, let limit = limit(c) else { return nil }
            return .list(try split(text, by: separator, limit: limit, &budget))
        },
        FunctionDeclaration(
            "replace",
            [
                .member(.string, .string, .string, returns: .string),
                .member(.string, .string, .string, .int, returns: .string),
            ]
        ) { (arguments, budget) throws(EvaluationError) in
            guard arguments.count == 3 || arguments.count == 4, case .string(let text) = arguments[0],
                case .string(let old) = arguments[1], case .string(let new) = arguments[2],
                let limit = limit(arguments.count == 4 ? arguments[3] : nil)
            else { throw .noOverload("replace", arguments) }
            return .string(try replace(old, in: text, by: new, limit: limit, &budget))
        },
        .unaryOrBinary(
            "join",
            [.member(.list(.string), returns: .string), .member(.list(.string), .string, returns: .string)]
        ) { (a, b, budget) throws(EvaluationError) in
            guard case .list(let list) = a, case .string(let separator) = b ?? .string("") else { return nil }
            return try join(list, by: separator, &budget).map(Value.string)
        },
    ]

    /// How many parts or replacements are made at most; negative for all. Nil when the argument is no int.
    private static func limit(_ argument: Value?) -> Int64? {
        guard let argument else { return -1 }
        guard case .int(let limit) = argument else { return nil }
        return limit
    }

    /// The offsets of a needle that do not overlap, at most so many. An empty needle stands before each code point
    /// and at the end.
    private static func occurrences(
        of needle: String, in text: String, limit: Int64, _ budget: inout Budget
    ) throws(EvaluationError) -> [Int] {
        try budget.spend(bytes: text.utf8.count + needle.utf8.count)
        let most = limit < 0 ? Int64.max : limit
        let allowance = budget.remaining
        let offsets: [Int] = text.withContiguousUTF8 { bytes in
            var offsets: [Int] = []
            if needle.isEmpty {
                for (offset, byte) in bytes.enumerated() where byte & 0xC0 != 0x80 && Int64(offsets.count) < most {
                    offsets.append(offset)
                    if offsets.count > allowance { break }
                }
                if Int64(offsets.count) < most { offsets.append(bytes.count) }
                return offsets
            }
            return needle.withContiguousUTF8 { needle in
                var start = 0
                while Int64(offsets.count) < most, let found = String.firstIndex(of: needle, in: bytes, from: start) {
                    offsets.append(found)
                    start = found + needle.count
                    if offsets.count > allowance { break }
                }
                return offsets
            }
        }
        try budget.spend(offsets.count)
        return offsets
    }

    /// At most `limit` parts, the last of them with all that remains; none for 0.
    private static func split(
        _ text: String, by separator: String, limit: Int64, _ budget: inout Budget
    ) throws(EvaluationError) -> [Value] {
        if limit == 0 { return [] }
        if limit == 1 { return [.string(text)] }
        var cuts = try occurrences(of: separator, in: text, limit: limit < 0 ? -1 : limit - 1, &budget)
        if separator.isEmpty {
            // Between code points only: neither before the first nor after the last.
            if text.isEmpty { return [] }
            cuts = try occurrences(of: "", in: text, limit: limit, &budget).filter { $0 > 0 && $0 < text.utf8.count }
        }
        var parts: [Value] = []
        parts.reserveCapacity(cuts.count + 1)
        var start = 0
        for cut in cuts {
            parts.append(.string(slice(text, start, cut)))
            start = cut + separator.utf8.count
        }
        parts.append(.string(slice(text, start, text.utf8.count)))
        return parts
    }

    private static func slice(_ text: String, _ start: Int, _ end: Int) -> String {
        let bytes = text.utf8
        let from = bytes.index(bytes.startIndex, offsetBy: start)
        return String(text[from..<bytes.index(from, offsetBy: end - start)])
    }

    private static func replace(
        _ old: String, in text: String, by new: String, limit: Int64, _ budget: inout Budget
    ) throws(EvaluationError) -> String {
        let places = try occurrences(of: old, in: text, limit: limit, &budget)
        if places.isEmpty { return text }
        let (added, overflow) = places.count.multipliedReportingOverflow(by: new.utf8.count)
        try budget.spend(bytes: overflow ? Int.max : added)
        var result = ""
        var start = 0
        for place in places {
            result += slice(text, start, place)
            result += new
            start = place + old.utf8.count
        }
        return result + slice(text, start, text.utf8.count)
    }

    /// Nil when an element is no text.
    private static func join(
        _ list: [Value], by separator: String, _ budget: inout Budget
    ) throws(EvaluationError) -> String? {
        var joined = ""
        for (place, element) in list.enumerated() {
            guard case .string(let text) = element else { return nil }
            try budget.spend(1 + (text.utf8.count + separator.utf8.count) / Budget.bytesPerStep)
            if place > 0 { joined += separator }
            joined += text
        }
        return joined
    }
}
