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
        case (.equal, .string(let left), .string(let right)): return sameBytes(left, right) ? .yes : .no
        case (.equal, .integer(let left), .integer(let right)): return left == right ? .yes : .no
        case (.equal, .bool(let left), .bool(let right)): return left == right ? .yes : .no
        case (.less, .integer(let left), .integer(let right)): return left < right ? .yes : .no
        case (.lessOrEqual, .integer(let left), .integer(let right)): return left <= right ? .yes : .no
        case (.greater, .integer(let left), .integer(let right)): return left > right ? .yes : .no
        case (.greaterOrEqual, .integer(let left), .integer(let right)): return left >= right ? .yes : .no
        // Days and instants: their one spelling is in the order of time.
        case (.less, .string(let left), .string(let right)): return precedes(left, right) ? .yes : .no
        case (.lessOrEqual, .string(let left), .string(let right)): return precedes(right, left) ? .no : .yes
        case (.greater, .string(let left), .string(let right)): return precedes(right, left) ? .yes : .no
        case (.greaterOrEqual, .string(let left), .string(let right)): return precedes(left, right) ? .no : .yes
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
}
