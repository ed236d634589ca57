import WireFormat

/// The value of a predicate on a record; `unknown` where a fact is missing.
public enum Truth: Sendable, Hashable {
    /// It holds.
    case yes
    /// It does not hold.
    case no
    /// A fact that decides it is missing.
    case unknown
}

extension Filter {
    /// Whether this record passes.
    /// - Parameters:
    ///   - record: The facts.
    ///   - about: The attribute that names the person the record is about, as the module says.
    public func allows(_ record: Resource, about: String? = nil) -> Bool {
        truth(of: record, about: about) == .yes
    }

    /// The value on a record (Kleene's three-valued logic); see `allows(_:about:)`.
    public func truth(of record: Resource, about: String? = nil) -> Truth {
        switch self {
        case .none: return .no
        case .all: return .yes
        case .about(let subject):
            guard let person = record.person(about: about) else { return .unknown }
            return sameBytes(person, subject) ? .yes : .no
        case .inChain(let subject, let depth):
            guard let chain = record.managerChain else { return .unknown }
            return Self.stands(subject, in: chain, depth) ? .yes : .no
        case .and(let parts):
            var result = Truth.yes
            for part in parts {
                switch part.truth(of: record, about: about) {
                case .no: return .no
                case .unknown: result = .unknown
                case .yes: break
                }
            }
            return result
        case .or(let parts):
            var result = Truth.no
            for part in parts {
                switch part.truth(of: record, about: about) {
                case .yes: return .yes
                case .unknown: result = .unknown
                case .no: break
                }
            }
            return result
        case .not(let part):
            switch part.truth(of: record, about: about) {
            case .yes: return .no
            case .no: return .yes
            case .unknown: return .unknown
            }
        case .compare(let attribute, let comparator, let value):
            guard let stated = record.value(of: attribute) else { return .unknown }
            return comparator.truth(stated, value)
        }
    }

    /// Whether a person stands in a manager chain (nearest first).
    static func stands(_ subject: String, in chain: [String], _ depth: ChainDepth) -> Bool {
        switch depth {
        case .direct: chain.first.map { sameBytes($0, subject) } ?? false
        case .any: chain.contains { sameBytes($0, subject) }
        }
    }
}

extension Comparator {
    private func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    /// Compares a stated value with one from the policy. Values of different types do not compare: the fact counts as
    /// missing.
    func truth(_ stated: JSONValue, _ value: JSONValue) -> Truth {
        switch (self, stated, value) {
        case (_, .string(let left), .string(let right)): return truth(left, right)
        case (.equal, .integer(let left), .integer(let right)): return left == right ? .yes : .no
        case (.equal, .bool(let left), .bool(let right)): return left == right ? .yes : .no
        case (.less, .integer(let left), .integer(let right)): return left < right ? .yes : .no
        case (.lessOrEqual, .integer(let left), .integer(let right)): return left <= right ? .yes : .no
        case (.greater, .integer(let left), .integer(let right)): return left > right ? .yes : .no
        case (.greaterOrEqual, .integer(let left), .integer(let right)): return left >= right ? .yes : .no
        case (.oneOf, _, .array(let values)):
            var result = Truth.no
            for each in values {
                switch Comparator.equal.truth(stated, each) {
                case .yes: return .yes
                case .unknown: result = .unknown
                case .no: break
                }
            }
            return result
        default: return .unknown
        }
    }

    /// Texts compare by their bytes, days in their one spelling too.
    ///
    /// An instant has many spellings, of which a filter always has the one in UTC with microseconds: what is stated
    /// beside one is compared as an instant. An attribute of type `string` that holds another spelling of that very
    /// instant is the one case in which a filter and a check differ: the filter does not know types.
    private func truth(_ stated: String, _ value: String) -> Truth {
        if let limit = Instant(rfc3339: value), limit.rfc3339 == value, let instant = Instant(rfc3339: stated) {
            switch self {
            case .equal: return instant == limit ? .yes : .no
            case .less: return instant < limit ? .yes : .no
            case .lessOrEqual: return instant <= limit ? .yes : .no
            case .greater: return instant > limit ? .yes : .no
            case .greaterOrEqual: return instant >= limit ? .yes : .no
            case .oneOf: return .unknown
            }
        }
        switch self {
        case .equal: return sameBytes(stated, value) ? .yes : .no
        case .less: return precedes(stated, value) ? .yes : .no
        case .lessOrEqual: return precedes(value, stated) ? .no : .yes
        case .greater: return precedes(value, stated) ? .yes : .no
        case .greaterOrEqual: return precedes(stated, value) ? .no : .yes
        case .oneOf: return .unknown
        }
    }
}
