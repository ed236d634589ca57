/// Remembers each `jti` until its token can no longer be accepted. Pure: the time comes in as whole seconds.
package struct ReplayMemory: Sendable {
    /// The most identifiers: some 20 s of 10,000 calls a second, and below 20 MiB.
    package static let standardCapacity = 1 << 18

    /// What an identifier is.
    package enum Answer: Sendable, Equatable {
        /// It was not seen before; from now on it was.
        case fresh
        /// It was seen before.
        case replayed
        /// There is no room to remember it, so it must not be accepted.
        case full
    }

    private let capacity: Int
    private var seen: Set<UInt128> = []
    private var bySecond: [Int64: [UInt128]] = [:]
    private var purgedBefore: Int64 = .min

    /// An empty memory.
    package init(capacity: Int = ReplayMemory.standardCapacity) {
        self.capacity = capacity
    }

    /// How many are remembered.
    package var count: Int { seen.count }

    /// Asks for an identifier, and remembers it through the second `until`.
    package mutating func remember(_ identifier: UInt128, until: Int64, now: Int64) -> Answer {
        purge(before: now)
        if seen.contains(identifier) { return .replayed }
        guard seen.count < capacity else { return .full }
        seen.insert(identifier)
        bySecond[until, default: []].append(identifier)
        return .fresh
    }

    private mutating func purge(before now: Int64) {
        guard now > purgedBefore else { return }
        purgedBefore = now
        // At most some forty seconds are in here.
        for second in bySecond.keys where second < now {
            for identifier in bySecond[second] ?? [] { seen.remove(identifier) }
            bySecond[second] = nil
        }
    }
}
