/// `base64.encode` and `base64.decode` (RFC 4648 §4); the padding may be left out when reading.
enum Base64Functions {
    static let all: [FunctionDeclaration] = [
        .unary("base64.encode", [.global(.bytes, returns: .string)]) { (a, budget) throws(EvaluationError) in
            guard case .bytes(let bytes) = a else { return nil }
            try budget.spend(bytes: 2 * bytes.count)
            return .string(encode(bytes))
        },
        .unary("base64.decode", [.global(.string, returns: .bytes)]) { (a, budget) throws(EvaluationError) in
            guard case .string(let text) = a else { return nil }
            try budget.spend(bytes: 2 * text.utf8.count)
            guard let bytes = decode(text) else {
                throw EvaluationError(.invalidArgument, "\(Value.excerpt(text)) is no base64")
            }
            return .bytes(bytes)
        },
    ]

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")
    /// The digit of each byte; 255 for none.
    private static let digits: [UInt8] = {
        var digits = [UInt8](repeating: 255, count: 256)
        for (digit, byte) in alphabet.enumerated() { digits[Int(byte)] = UInt8(digit) }
        return digits
    }()

    private static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for byte in group { bits = bits << 8 | UInt32(byte) }
            bits <<= UInt32(8 * (3 - group.count))
            for place in 0..<4 {
                text.append(place <= group.count ? alphabet[Int(bits >> UInt32(18 - 6 * place) & 63)] : padding)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func decode(_ text: String) -> [UInt8]? {
        var content = Substring(text).utf8
        let padded = content.count
        while content.last == padding { content.removeLast() }
        let paddingCount = padded - content.count
        let rest = content.count % 4
        guard rest != 1, paddingCount == 0 || (padded % 4 == 0 && paddingCount <= 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(content.count / 4 * 3 + 2)
        var bits: UInt32 = 0
        var count = 0
        for byte in content {
            let digit = digits[Int(byte)]
            guard digit != 255 else { return nil }
            // Only the lowest 24 bits matter; older ones fall out on the left.
            bits = bits << 6 | UInt32(digit)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }
}
