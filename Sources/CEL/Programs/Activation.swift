/// What an activation knows of a slot.
public enum SlotAnswer: Sendable {
    case value(Value)
    /// There is none: reading it is an error, `has` of it is false.
    case missing
    /// There may be one; partial evaluation works around it.
    case unknown
}

/// Where a program's slots get their values from. A program asks when it needs a slot, so what is asked is what was
/// read.
public protocol Activation {
    /// What is known of the slot of that number.
    func answer(_ slot: Int) -> SlotAnswer
}

/// An activation that is a table; slots beyond its end are missing.
public struct SlotValues: Activation, Sendable {
    /// The answers by slot.
    public var answers: [SlotAnswer]

    /// A table of one's own.
    public init(_ answers: [SlotAnswer] = []) { self.answers = answers }

    /// The answers for a table's slots, found by the names of their variables; fields are looked up in maps.
    public init(_ slots: [Slot], variables: [String: Value]) {
        answers = slots.map { slot in
            guard var value = variables[slot.path[0]] else { return .missing }
            for field in slot.path.dropFirst() {
                guard case .map(let fields) = value, let inner = fields[.string(field)] else { return .missing }
                value = inner
            }
            return .value(value)
        }
    }

    /// What the table says; beyond its end there is nothing.
    public func answer(_ slot: Int) -> SlotAnswer {
        answers.indices.contains(slot) ? answers[slot] : .missing
    }
}

/// Notes the slots that a program reads of another activation, for the record of a decision.
public final class RecordingActivation<Base: Activation>: Activation {
    /// What the answers come from.
    public let base: Base
    private var read: Set<Int> = []

    /// Wraps an activation.
    public init(_ base: Base) { self.base = base }

    /// The slots that were asked for, in order of number.
    public var slotsRead: [Int] { read.sorted() }

    /// What the wrapped activation says; the slot is noted.
    public func answer(_ slot: Int) -> SlotAnswer {
        read.insert(slot)
        return base.answer(slot)
    }
}
