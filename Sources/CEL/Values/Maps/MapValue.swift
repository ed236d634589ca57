/// A map that keeps the order of insertion. Two words, so that a `Value` stays small.
public struct MapValue: Sendable {
    /// Up to so many entries are searched in order: comparing a few keys is faster than hashing one, and most records
    /// that policies see are that small.
    private static let scanned = 8

    /// Steps that finding a key costs.
    static let lookupCost = 2

    /// The entries in order of insertion; keys as they were written (`1u` stays unsigned).
    public private(set) var entries: [(key: Value, value: Value)] = []
    /// Where each key stands in `entries`. INVARIANT: empty while there are at most `scanned` entries.
    private var places: [MapKey: Int] = [:]

    /// The empty map.
    public init() {}

    /// How many entries there are.
    public var count: Int { entries.count }

    /// Whether there are none.
    public var isEmpty: Bool { entries.isEmpty }

    /// The value at a key, numbers compared across their types; nil when there is none or no key can be such a value.
    public subscript(_ key: Value) -> Value? { MapKey(key).flatMap(place(of:)).map { entries[$0].value } }

    /// The value at a text key.
    public subscript(_ key: String) -> Value? { place(of: .string(key)).map { entries[$0].value } }

    /// Whether the key is there.
    public func contains(_ key: Value) -> Bool { MapKey(key).flatMap(place(of:)) != nil }

    /// Adds an entry; fails when the key is there already or is no bool, int, uint or string.
    public mutating func insert(_ key: Value, _ value: Value) throws(EvaluationError) {
        if case .double = key { throw Self.unsupportedKey(key) }
        guard let mapKey = MapKey(key) else { throw Self.unsupportedKey(key) }
        guard place(of: mapKey) == nil else {
            throw EvaluationError(.invalidArgument, "the map has the key \(key.excerpt) twice")
        }
        entries.append((key, value))
        if entries.count > Self.scanned { remember(mapKey) }
    }

    private mutating func remember(_ key: MapKey) {
        if places.isEmpty {
            for (place, entry) in entries.enumerated() { if let key = MapKey(entry.key) { places[key] = place } }
        } else {
            places[key] = entries.count - 1
        }
    }

    private func place(of key: MapKey) -> Int? {
        if !places.isEmpty { return places[key] }
        return entries.firstIndex { Self.is($0.key, key) }
    }

    /// Whether an entry's key is the one looked for, without making a `MapKey` of it.
    private static func `is`(_ stored: Value, _ key: MapKey) -> Bool {
        switch (stored, key) {
        case (.string(let a), .string(let b)): a.hasSameCodePoints(as: b)
        case (.int(let a), .int(let b)): a == b
        case (.uint(let a), .int(let b)): b >= 0 && a == UInt64(b)
        case (.uint(let a), .uint(let b)): a == b
        case (.bool(let a), .bool(let b)): a == b
        default: false
        }
    }

    private static func unsupportedKey(_ key: Value) -> EvaluationError {
        EvaluationError(.noSuchOverload, "a map key cannot be of type `\(key.typeValue)`")
    }
}
