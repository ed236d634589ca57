public import WireFormat

/// How far up the manager chain counts.
public enum ChainDepth: String, Sendable, Hashable, CaseIterable {
    /// The nearest manager only.
    case direct
    /// Every manager up to the top.
    case any
}

/// How an attribute is compared.
public enum Comparator: String, Sendable, Hashable, CaseIterable {
    /// The same value.
    case equal
    /// A smaller number.
    case less
    /// A smaller number or the same.
    case lessOrEqual = "less_or_equal"
    /// A larger number.
    case greater
    /// A larger number or the same.
    case greaterOrEqual = "greater_or_equal"
    /// One of the values of a list.
    case oneOf = "one_of"
}

/// Which records: a predicate without SQL and without column names.
///
/// It is three-valued, as SQL's `WHERE` is: a comparison with a missing value is unknown, `not` of unknown is unknown,
/// and a record passes only where the whole is true.
public indirect enum Filter: Sendable, Hashable {
    /// No record.
    case none
    /// Every record of the tenant.
    case all
    /// Records about this person.
    case about(subject: String)
    /// Records about a person in whose manager chain this one stands.
    case inChain(subject: String, depth: ChainDepth)
    /// Records that satisfy every one.
    case and([Filter])
    /// Records that satisfy at least one.
    case or([Filter])
    /// Records that do not satisfy it, and are known not to.
    case not(Filter)
    /// Records whose attribute compares so; the value of `oneOf` is a list.
    case compare(attribute: String, Comparator, JSONValue)
}

extension Filter {
    /// The conjunction, simplified: `none` absorbs, `all` and repetitions vanish, nested conjunctions are spliced.
    public static func all(of parts: [Filter]) -> Filter {
        var kept: [Filter] = []
        for part in parts {
            switch part {
            case .all: continue
            case .none: return .none
            case .and(let inner): for each in inner where !kept.contains(each) { kept.append(each) }
            default: if !kept.contains(part) { kept.append(part) }
            }
        }
        return kept.count > 1 ? .and(kept) : kept.first ?? .all
    }

    /// The disjunction, simplified: `all` absorbs, `none` and repetitions vanish, nested disjunctions are spliced, and
    /// a direct chain beside the whole chain of the same person vanishes in it.
    public static func any(of parts: [Filter]) -> Filter {
        var kept: [Filter] = []
        for part in parts {
            switch part {
            case .none: continue
            case .all: return .all
            case .or(let inner): for each in inner where !kept.contains(each) { kept.append(each) }
            default: if !kept.contains(part) { kept.append(part) }
            }
        }
        if kept.count > 1 {
            let all = kept
            kept.removeAll { part in
                guard case .inChain(let subject, .direct) = part else { return false }
                return all.contains(.inChain(subject: subject, depth: .any))
            }
        }
        return kept.count > 1 ? .or(kept) : kept.first ?? .none
    }

    /// The negation, simplified; a double one vanishes.
    public static func negation(of part: Filter) -> Filter {
        switch part {
        case .none: .all
        case .all: .none
        case .not(let inner): inner
        default: .not(part)
        }
    }
}
