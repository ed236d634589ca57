public import WireFormat

/// The query of a request, read strictly: percent-encoding and UTF-8 must be right, no parameter may stand twice, and
/// only the parameters that the route declares may stand at all.
public struct QueryParameters: Sendable, Hashable {
    /// How many rows a list gives when the caller does not say (DESIGN §8).
    public static let defaultLimit = 50
    /// The most rows a list gives (DESIGN §8): a page must stay cheap to decide on and to write.
    public static let maximumLimit = 200
    /// More parameters than any route has; a longer query is an attack on the reader.
    static let maximumCount = 32

    /// The decoded values by name.
    private let values: [String: String]
    /// The query as it was sent, without the question mark.
    public let raw: String

    /// An empty query.
    package static let none = QueryParameters(values: [:], raw: "")

    private init(values: [String: String], raw: String) {
        self.values = values
        self.raw = raw
    }

    /// Reads a query, given without its question mark.
    package static func parse(_ raw: Substring, allowed: Set<String>) throws(Problem) -> QueryParameters {
        if raw.isEmpty { return .none }
        var values: [String: String] = [:]
        for pair in raw.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false) {
            let separator = pair.firstIndex(of: UInt8(ascii: "="))
            let nameBytes = separator.map { pair[..<$0] } ?? pair
            let valueBytes = separator.map { pair[pair.index(after: $0)...] } ?? pair[pair.endIndex...]
            guard let name = PercentEncoding.decode(nameBytes, plusIsSpace: true), !name.isEmpty else {
                throw .badRequest("the query is not percent-encoded UTF-8", code: "invalid-query")
            }
            guard allowed.contains(name) else {
                throw .invalidQuery(String(name.prefix(64)), "this route does not know the parameter")
            }
            guard let value = PercentEncoding.decode(valueBytes, plusIsSpace: true) else {
                throw .invalidQuery(name, "the value is not percent-encoded UTF-8 without NUL")
            }
            guard values.updateValue(value, forKey: name) == nil else {
                throw .invalidQuery(name, "stands twice")
            }
            guard values.count <= maximumCount else { throw .badRequest("too many query parameters") }
        }
        return QueryParameters(values: values, raw: String(raw))
    }

    /// The value as it was sent, decoded.
    public func string(_ name: String) -> String? {
        values[name]
    }

    /// The value, which must be there and not be empty.
    public func required(_ name: String) throws(Problem) -> String {
        guard let value = values[name] else { throw .invalidQuery(name, "is needed") }
        guard !value.isEmpty else { throw .invalidQuery(name, "is empty") }
        return value
    }

    /// The value as a whole number within the range; nil when the parameter is absent.
    public func integer(_ name: String, in range: ClosedRange<Int64>) throws(Problem) -> Int64? {
        guard let value = values[name] else { return nil }
        // INVARIANT: 20 characters hold every Int64; `Int64("+5")` and `Int64("007")` are other spellings, refused.
        guard value.utf8.count <= 20, let number = Int64(value), String(number) == value else {
            throw .invalidQuery(name, "is not a whole number")
        }
        guard range.contains(number) else {
            throw .invalidQuery(name, "is not from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// `limit`: 1 to 200, 50 when absent.
    public func limit() throws(Problem) -> Int {
        Int(try integer("limit", in: 1...Int64(Self.maximumLimit)) ?? Int64(Self.defaultLimit))
    }

    /// The value as `true` or `false`; nil when the parameter is absent.
    public func bool(_ name: String) throws(Problem) -> Bool? {
        switch values[name] {
        case nil: return nil
        case "true": return true
        case "false": return false
        default: throw .invalidQuery(name, "is neither `true` nor `false`")
        }
    }

    /// The value as a UUIDv7; nil when the parameter is absent.
    public func uuid(_ name: String) throws(Problem) -> UUIDv7? {
        guard let value = values[name] else { return nil }
        guard let uuid = UUIDv7(value) else { throw .invalidQuery(name, "is not a UUIDv7 in lower case") }
        return uuid
    }

    /// The value as an RFC 3339 instant; nil when the parameter is absent.
    public func instant(_ name: String) throws(Problem) -> Instant? {
        guard let value = values[name] else { return nil }
        guard let instant = Instant(rfc3339: value) else { throw .invalidQuery(name, "is not an RFC 3339 instant") }
        return instant
    }

    /// The value as a day, `YYYY-MM-DD`; nil when the parameter is absent.
    public func day(_ name: String) throws(Problem) -> Day? {
        guard let value = values[name] else { return nil }
        guard let day = Day(value) else { throw .invalidQuery(name, "is not a day, `YYYY-MM-DD`") }
        return day
    }

    /// The value as one of a few words; nil when the parameter is absent.
    public func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ type: Choice.Type = Choice.self
    ) throws(Problem) -> Choice? where Choice.RawValue == String {
        guard let value = values[name] else { return nil }
        guard let choice = Choice(rawValue: value) else {
            let known = Choice.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            throw .invalidQuery(name, "is none of \(known)")
        }
        return choice
    }
}
