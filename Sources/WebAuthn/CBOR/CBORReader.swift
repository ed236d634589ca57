/// Reads CBOR in the canonical form that authenticators write (CTAP2 §6), strictly: definite lengths, shortest numbers,
/// no tags, no duplicate keys, bounded depth. Never traps on any input.
package struct CBORReader: Sendable {
    /// Maps within maps: an attestation object needs four levels, a COSE key one.
    package static let deepest = 8

    private let bytes: [UInt8]
    /// How many bytes were read.
    package private(set) var position: Int

    /// A reader of `bytes` from `position` on.
    package init(_ bytes: [UInt8], from position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    /// The one item that `bytes` holds, with nothing after it.
    package static func value(of bytes: [UInt8]) throws(CBORError) -> CBORValue {
        var reader = CBORReader(bytes)
        let value = try reader.value()
        guard reader.position == bytes.count else { throw CBORError("bytes follow the item") }
        return value
    }

    /// The next item.
    package mutating func value() throws(CBORError) -> CBORValue { try value(depth: 0) }

    /// The members of the next item, a map with text keys: each value as it is and as its bytes.
    package mutating func members() throws(CBORError) -> [String: (value: CBORValue, raw: [UInt8])] {
        let (major, count) = try head()
        guard major == 5 else { throw CBORError("must be a map") }
        var members: [String: (value: CBORValue, raw: [UInt8])] = [:]
        for _ in 0..<(try bounded(count)) {
            guard case .text(let key) = try value(depth: 1) else { throw CBORError("a key must be text") }
            let start = position
            let value = try value(depth: 1)
            guard members.updateValue((value, Array(bytes[start..<position])), forKey: key) == nil else {
                throw CBORError("a key stands twice")
            }
        }
        return members
    }

    private mutating func value(depth: Int) throws(CBORError) -> CBORValue {
        guard depth < Self.deepest else { throw CBORError("is nested too deeply") }
        let (major, argument) = try head()
        switch major {
        case 0:
            guard let number = Int64(exactly: argument) else { throw CBORError("a number is too large") }
            return .integer(number)
        case 1:
            guard let number = Int64(exactly: argument) else { throw CBORError("a number is too small") }
            return .integer(-1 - number)
        case 2: return .bytes(try take(argument))
        case 3:
            guard let text = String(validating: try take(argument), as: UTF8.self) else {
                throw CBORError("a text is not UTF-8")
            }
            return .text(text)
        case 4:
            var elements: [CBORValue] = []
            for _ in 0..<(try bounded(argument)) { elements.append(try value(depth: depth + 1)) }
            return .array(elements)
        case 5:
            var members: [CBORValue: CBORValue] = [:]
            for _ in 0..<(try bounded(argument)) {
                let key = try value(depth: depth + 1)
                guard members.updateValue(try value(depth: depth + 1), forKey: key) == nil else {
                    throw CBORError("a key stands twice")
                }
            }
            return .map(members)
        case 7 where argument == 20: return .bool(false)
        case 7 where argument == 21: return .bool(true)
        case 7 where argument == 22: return .null
        default: throw CBORError("tags, floating point and undefined are not taken")
        }
    }

    /// Major type and argument of the next item.
    private mutating func head() throws(CBORError) -> (major: UInt8, argument: UInt64) {
        guard let first = try take(1).first else { throw CBORError("ends too early") }
        let (major, short) = (first >> 5, first & 31)
        guard short >= 24 else { return (major, UInt64(short)) }
        guard short < 28, major != 7 else { throw CBORError("lengths must be definite, and numbers whole") }
        let width = 1 << Int(short - 24)
        let argument = try take(UInt64(width)).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        // The shortest form only: 24 and more in one byte, more than fits into half of the width else.
        let least: UInt64 = width == 1 ? 24 : 1 << (UInt64(width) * 4)
        guard argument >= least else { throw CBORError("a number is not in its shortest form") }
        return (major, argument)
    }

    /// Each element takes a byte at least, so that no announced count makes us loop for nothing.
    private func bounded(_ count: UInt64) throws(CBORError) -> Int {
        guard count <= UInt64(bytes.count - position) else { throw CBORError("ends too early") }
        return Int(count)
    }

    private mutating func take(_ count: UInt64) throws(CBORError) -> [UInt8] {
        guard position <= bytes.count, count <= UInt64(bytes.count - position) else {
            throw CBORError("ends too early")
        }
        let start = position
        position += Int(count)
        return Array(bytes[start..<position])
    }
}

/// Why bytes are not the CBOR that is taken here.
package struct CBORError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A lower-case clause.
    package let description: String

    init(_ description: String) { self.description = description }
}
