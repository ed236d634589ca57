extension Code {
    /// Adds the slots that an instruction and its parts may read.
    func collectSlots(_ index: Index, _ slots: inout Set<Int>, _ seen: inout Set<Index>) {
        guard seen.insert(index).inserted else { return }
        switch instructions[Int(index)] {
        case .slot(let slot), .slotPresent(let slot), .slotEqualsText(let slot, _, _), .slotEqualsInt(let slot, _, _),
            .slotIsTrue(let slot), .slotOrderInt(_, let slot, _), .slotInSet(let slot, _),
            .slotInTexts(let slot, _, _):
            slots.insert(Int(slot))
        case .slotEqualsSlot(let left, let right, _):
            slots.insert(Int(left))
            slots.insert(Int(right))
        default: for part in parts(index) { collectSlots(part, &slots, &seen) }
        }
    }

    /// The instructions that an instruction evaluates.
    private func parts(_ index: Index) -> [Index] {
        switch instructions[Int(index)] {
        case .constant, .fail, .slot, .slotPresent, .slotEqualsText, .slotEqualsInt, .slotEqualsSlot, .slotIsTrue,
            .slotOrderInt, .slotInSet, .slotInTexts, .local:
            []
        case .lazyLocal(_, let part), .not(let part), .negate(let part), .inSet(let part, _), .textTest(_, let part, _),
            .matches(let part, _),
            .select(let part, _, _), .present(let part, _), .optionalPart(let part), .bind(_, _, let part):
            [part]
        case .equal(let left, let right, _), .order(_, let left, let right), .contained(let left, in: let right),
            .arithmetic(_, let left, let right), .optionalOr(let left, let right, _), .index(let left, let right, _),
            .optionalMap(let left, _, let right, _):
            [left, right]
        case .conditional(let condition, let then, let otherwise): [condition, then, otherwise]
        case .and(let first, let count), .or(let first, let count), .call(_, let first, let count),
            .list(let first, let count), .map(let first, let count):
            Array(operands[Int(first)..<Int(first + count)])
        case .comprehension(let number):
            [comprehensions[Int(number)].range, comprehensions[Int(number)].body]
                + (comprehensions[Int(number)].filter.map { [$0] } ?? [])
        }
    }
}
