import CEL
import WireFormat

/// Turns what is left of a condition, when everything but the record is known, into the filter of the records for which
/// it is true.
///
/// Negation is pushed to the leaves: of what remains, a leaf that is not known to hold is as good as false, so errors
/// need no shape of their own (Kleene's logic is monotone there).
struct FilterTranslator {
    let sources: [SlotSource]
    /// From whom chains are measured; nil for a subject that is no employee.
    let employeeID: String?

    func outcome(_ residual: Residual, negated: Bool) -> Outcome {
        switch residual {
        case .literal(.bool(let truth)): truth != negated ? .yes : .no
        case .literal, .failure: .missing
        case .not(let part): outcome(part, negated: !negated)
        case .and(let parts): negated ? any(parts, negated) : all(parts, negated)
        case .or(let parts): negated ? all(parts, negated) : any(parts, negated)
        case .slot(let slot): leaf(fact(slot), negated)
        case .call(RequestFunctions.inChain, let parts): leaf(chain(parts), negated)
        case .call(let name, let parts): leaf(comparison(name, parts), negated)
        case .present, .select, .has, .conditional, .list, .opaque: .missing
        }
    }

    private func all(_ parts: [Residual], _ negated: Bool) -> Outcome {
        parts.reduce(Outcome.yes) { $0.and(outcome($1, negated: negated)) }
    }

    private func any(_ parts: [Residual], _ negated: Bool) -> Outcome {
        parts.reduce(Outcome.no) { $0.or(outcome($1, negated: negated)) }
    }

    private func leaf(_ filter: Filter?, _ negated: Bool) -> Outcome {
        filter.map { .depends(negated ? .negation(of: $0) : $0) } ?? .missing
    }

    /// The records of which a fact is true.
    private func fact(_ slot: Int) -> Filter? {
        switch sources[slot] {
        case .attribute(let name, .boolean): .compare(attribute: name, .equal, .bool(true))
        default: nil
        }
    }

    /// The records in whose chain the subject stands.
    private func chain(_ parts: [Residual]) -> Filter? {
        let stated = parts.map { part in if case .literal(let value) = part { value } else { Value.null } }
        guard let employeeID, let depth = RequestFunctions.depth(of: stated) else { return nil }
        return .inChain(subject: employeeID, depth: depth)
    }

    private static let mirrored = [
        "_==_": "_==_", "_!=_": "_!=_", "_<_": "_>_", "_<=_": "_>=_", "_>_": "_<_", "_>=_": "_<=_",
    ]
    private static let orders: [String: Comparator] = [
        "_<_": .less, "_<=_": .lessOrEqual, "_>_": .greater, "_>=_": .greaterOrEqual,
    ]

    private func comparison(_ name: String, _ parts: [Residual]) -> Filter? {
        guard parts.count == 2 else { return nil }
        switch (parts[0], parts[1]) {
        case (.slot(let slot), .literal(let value)): return comparison(name, slot, value)
        case (.literal(let value), .slot(let slot)): return Self.mirrored[name].flatMap { comparison($0, slot, value) }
        default: return nil
        }
    }

    private func comparison(_ name: String, _ slot: Int, _ value: Value) -> Filter? {
        guard case .attribute(let attribute, let type) = sources[slot] else { return nil }
        switch name {
        case "_==_": return equal(attribute, type, value)
        case "_!=_": return .negation(of: equal(attribute, type, value))
        case "_in_":
            guard case .list(let values) = value else { return nil }
            let stated = values.compactMap { type.stated($0) }
            return stated.isEmpty ? never(attribute, type) : .compare(attribute: attribute, .oneOf, .array(stated))
        default: return Self.orders[name].flatMap { order(attribute, type, $0, value) }
        }
    }

    private func equal(_ attribute: String, _ type: AttributeType, _ value: Value) -> Filter {
        type.stated(value).map { .compare(attribute: attribute, .equal, $0) } ?? never(attribute, type)
    }

    /// False for every record that has the attribute, and unknown for the others.
    private func never(_ attribute: String, _ type: AttributeType) -> Filter {
        let some = Filter.compare(attribute: attribute, .equal, type.example)
        return .and([some, .not(some)])
    }

    private func order(
        _ attribute: String, _ type: AttributeType, _ comparator: Comparator, _ value: Value
    ) -> Filter? {
        guard case .day = type, case .timestamp(let time) = value else {
            return type.stated(value).map { .compare(attribute: attribute, comparator, $0) }
        }
        let day = Day(Instant(seconds: time.seconds))
        if AttributeType.isMidnight(time, of: day) {
            return .compare(attribute: attribute, comparator, .string(day.text))
        }
        // A day begins before any later moment of it: `<` and `<=` take that day in, `>` and `>=` leave it out.
        let isBelow = comparator == .less || comparator == .lessOrEqual
        return .compare(attribute: attribute, isBelow ? .lessOrEqual : .greater, .string(day.text))
    }
}
