import Synchronization

/// Does work that comes singly in groups, without making anybody wait for company: what arrives while earlier work of
/// the same key is under way is gathered, and done together when that ends. A lone item is done at once.
///
/// The cost of a group (a signed call, a transaction) is then shared by as many as the load brings together.
public final class Gatherer<Key: Hashable & Sendable, Item: Sendable, Outcome: Sendable>: Sendable {
    /// Does the items of one key and answers each, in their order.
    public typealias Work = @Sendable (_ key: Key, _ items: [Item]) async -> [Outcome]

    /// The bounds of a gatherer.
    public struct Limits: Sendable, Hashable {
        /// Groups of one key that are under way at once.
        public var groupsAtOnce: Int
        /// Items of one group.
        public var itemsInGroup: Int
        /// Items that wait, of all keys together; one more is refused.
        public var waiting: Int

        /// Bounds of one's own; each at least 1.
        public init(groupsAtOnce: Int, itemsInGroup: Int, waiting: Int) {
            precondition(groupsAtOnce > 0 && itemsInGroup > 0 && waiting > 0)
            self.groupsAtOnce = groupsAtOnce
            self.itemsInGroup = itemsInGroup
            self.waiting = waiting
        }
    }

    private struct Waiting {
        let item: Item
        let continuation: CheckedContinuation<Outcome?, Never>
    }

    /// One key's items. It is gone as soon as nothing of the key waits or is under way.
    private struct Lane {
        var groups = 0
        var queue: [Waiting] = []
    }

    private struct State {
        var lanes: [Key: Lane] = [:]
        var waiting = 0
    }

    private enum Admission { case start, gathered, refused }

    private let limits: Limits
    private let executor: (any TaskExecutor)?
    private let work: Work
    private let state = Mutex(State())

    /// - Parameters:
    ///   - executor: on which groups are done; Swift's own when nil.
    ///   - work: is bounded in time by itself. It runs in a task that nobody cancels, because a group belongs to
    ///     several callers, and must answer as many outcomes as it got items.
    public init(limits: Limits, executor: (any TaskExecutor)? = nil, work: @escaping Work) {
        self.limits = limits
        self.executor = executor
        self.work = work
    }

    /// The outcome of an item, done alone or in a group; nil, and nothing was done, when too many wait.
    public func submit(_ item: Item, for key: Key) async -> Outcome? {
        await withCheckedContinuation { continuation in
            let admission = state.withLock { state -> Admission in
                guard state.waiting < limits.waiting else { return .refused }
                state.waiting += 1
                return Self.admit(
                    Waiting(item: item, continuation: continuation), to: &state.lanes[key, default: Lane()], limits)
            }
            switch admission {
            case .gathered: break
            case .refused: continuation.resume(returning: nil)
            // INVARIANT: the lane counts this task among its groups, and the task ends when nothing waits any more.
            case .start: Task(executorPreference: executor) { await self.doGroups(of: key) }
            }
        }
    }

    /// How many items wait for a group to begin.
    public var waiting: Int { state.withLock { $0.waiting } }

    private static func admit(_ waiting: Waiting, to lane: inout Lane, _ limits: Limits) -> Admission {
        lane.queue.append(waiting)
        guard lane.groups < limits.groupsAtOnce else { return .gathered }
        lane.groups += 1
        return .start
    }

    private func doGroups(of key: Key) async {
        while let group = next(of: key) {
            let outcomes = await work(key, group.map(\.item))
            precondition(outcomes.count == group.count, "a group has another number of outcomes than items")
            for (waiting, outcome) in zip(group, outcomes) { waiting.continuation.resume(returning: outcome) }
        }
    }

    private func next(of key: Key) -> [Waiting]? {
        state.withLock { state in
            guard var lane = state.lanes[key] else { return nil }
            let group = Array(lane.queue.prefix(limits.itemsInGroup))
            lane.queue.removeFirst(group.count)
            state.waiting -= group.count
            if group.isEmpty { lane.groups -= 1 }
            state.lanes[key] = lane.groups == 0 ? nil : lane
            return group.isEmpty ? nil : group
        }
    }
}
