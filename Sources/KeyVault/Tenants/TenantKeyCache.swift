import Synchronization
import WireFormat

/// The unwrapped keys of the tenants used last. Bounded in number and in age: a key that another copy has destroyed
/// leaves this process within `lifetime`.
final class TenantKeyCache: Sendable {
    private struct Entry {
        var keys: TenantKeys
        var loaded: ContinuousClock.Instant
        var used: UInt64
    }

    private struct State {
        var entries: [TenantID: Entry] = [:]
        var clock: UInt64 = 0
    }

    private let capacity: Int
    private let lifetime: Duration
    private let state = Mutex(State())

    init(capacity: Int, lifetime: Duration) {
        self.capacity = max(1, capacity)
        self.lifetime = lifetime
    }

    /// The keys, when they are here and not too old.
    func keys(of tenant: TenantID, now: ContinuousClock.Instant = .now) -> TenantKeys? {
        state.withLock { state in
            guard var entry = state.entries[tenant], now - entry.loaded < lifetime else { return nil }
            state.clock += 1
            entry.used = state.clock
            state.entries[tenant] = entry
            return entry.keys
        }
    }

    /// The keys whatever their age, for what outlives a reload: the counters.
    func former(of tenant: TenantID) -> TenantKeys? {
        state.withLock { $0.entries[tenant]?.keys }
    }

    /// Keeps the keys and lets the least recently used tenant go when there are too many.
    func keep(_ keys: TenantKeys, now: ContinuousClock.Instant = .now) {
        state.withLock { state in
            state.clock += 1
            state.entries[keys.tenant] = Entry(keys: keys, loaded: now, used: state.clock)
            if state.entries.count > capacity, let oldest = state.entries.min(by: { $0.value.used < $1.value.used }) {
                state.entries[oldest.key] = nil
            }
        }
    }

    /// Makes the next use read the tenant's keys again.
    func expire(_ tenant: TenantID) {
        state.withLock { state in
            guard var entry = state.entries[tenant] else { return }
            entry.loaded = entry.loaded - lifetime
            state.entries[tenant] = entry
        }
    }

    var count: Int { state.withLock { $0.entries.count } }
}
