import WireFormat

/// The values that one fact may have under a condition.
///
/// What is ordered is a whole number: days and instants count their microseconds.
struct ValueDomain: Hashable {
    /// The only values; nil for any of the type.
    var allowed: Set<JSONValue>?
    /// Values that it does not have.
    var excluded: Set<JSONValue> = []
    /// The smallest of what is ordered.
    var lower: Int64?
    /// The largest of what is ordered.
    var upper: Int64?

    /// What both allow.
    func intersection(_ other: ValueDomain) -> ValueDomain {
        var both = self
        if let theirs = other.allowed { both.allowed = allowed.map { $0.intersection(theirs) } ?? theirs }
        both.excluded.formUnion(other.excluded)
        both.lower = [lower, other.lower].compactMap(\.self).max()
        both.upper = [upper, other.upper].compactMap(\.self).min()
        return both
    }

    /// A value that it allows; nil when there is none.
    func sample(of type: AttributeType) -> JSONValue? {
        if let allowed { return allowed.sorted { $0.text < $1.text }.first(where: admits) }
        switch type {
        case .integer: return ordered(step: 1)
        case .day: return ordered(step: 86_400_000_000)
        case .instant: return ordered(step: 1)
        case .boolean: return [JSONValue.bool(true), .bool(false)].first(where: admits)
        case .enumeration(let words): return words.map(JSONValue.string).first(where: admits)
        case .string, .uuid, .employee, .member:
            // One more word than are excluded.
            return (0...excluded.count).map { JSONValue.string("other" + String(repeating: "-", count: $0)) }
                .first(where: admits)
        }
    }

    private func ordered(step: Int64) -> JSONValue? {
        // From the end that there is, over what is excluded.
        let start = lower.map { ($0 + (step - 1)) / step * step } ?? upper.map { $0 / step * step } ?? 0
        let direction = lower == nil && upper != nil ? -step : step
        for offset in 0...Int64(excluded.count) {
            let (value, isOver) = start.addingReportingOverflow(offset * direction)
            if !isOver, admits(.integer(value)) { return .integer(value) }
        }
        return nil
    }

    private func admits(_ value: JSONValue) -> Bool {
        if excluded.contains(value) || allowed.map({ !$0.contains(value) }) ?? false { return false }
        guard let number = value.integer else { return true }
        return (lower.map { $0 <= number } ?? true) && (upper.map { number <= $0 } ?? true)
    }
}
