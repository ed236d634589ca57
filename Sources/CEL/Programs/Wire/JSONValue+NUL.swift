import WireFormat

extension JSONValue {
    /// Reads JSON whose strings may hold NUL. The product's reader refuses it, because PostgreSQL cannot store it; but
    /// texts of CEL may hold any code point, and no database sees these.
    ///
    /// The escape of NUL is read as a noncharacter that the line does not hold, and that is turned into NUL after.
    static func parseAllowingNUL(_ text: String, limits: JSONLimits) throws(JSONParseError) -> JSONValue {
        guard text.utf8.count <= limits.bytes, let standIn = standIn(for: text) else {
            return try parse(text, limits: limits)
        }
        let bytes = Array(text.utf8)
        var replaced: [UInt8] = []
        replaced.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            guard bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.count else {
                replaced.append(bytes[position])
                position += 1
                continue
            }
            if bytes[(position + 1)...].starts(with: "u0000".utf8) {
                replaced.append(contentsOf: String(standIn).utf8)
                position += 6
            } else {
                replaced.append(contentsOf: bytes[position...position + 1])
                position += 2
            }
        }
        return try parse(replaced, limits: limits).replacing(standIn)
    }

    /// A noncharacter that the text holds neither plainly nor escaped; nil when NUL is not escaped in it.
    private static func standIn(for text: String) -> Unicode.Scalar? {
        guard text.utf8.count >= 6, contains(text, "\\u0000") else { return nil }
        let lower = text.lowercased()
        return (0xFDD0...0xFDEF).lazy.compactMap { Unicode.Scalar(UInt32($0)) }.first { scalar in
            !text.unicodeScalars.contains(scalar) && !contains(lower, "\\u" + String(scalar.value, radix: 16))
        }
    }

    private static func contains(_ text: String, _ part: String) -> Bool {
        let wanted = Array(part.utf8)
        let bytes = Array(text.utf8)
        guard bytes.count >= wanted.count else { return false }
        return (0...bytes.count - wanted.count).contains { bytes[$0] == wanted[0] && bytes[$0...].starts(with: wanted) }
    }

    private func replacing(_ standIn: Unicode.Scalar) -> JSONValue {
        switch self {
        case .string(let text): .string(Self.replacing(standIn, in: text))
        case .array(let elements): .array(elements.map { $0.replacing(standIn) })
        case .object(let members):
            .object(
                Dictionary(members.map { (Self.replacing(standIn, in: $0.key), $0.value.replacing(standIn)) }) {
                    first, _ in
                    first
                })
        default: self
        }
    }

    private static func replacing(_ standIn: Unicode.Scalar, in text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { result.append(scalar == standIn ? "\0" : scalar) }
        return String(result)
    }
}
