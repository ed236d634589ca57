import Synchronization
import WireFormat

/// This process's copy of the revocation feed, and how old it is.
final class RevocationLedger: Sendable {
    /// Past this age the copy is not believed (contract §7): 503.
    static let oldest: Duration = .seconds(10)

    private struct State {
        var index: RevocationIndex
        var position: Int64 = 0
        var isBacklogRead = false
        /// When the newest answer was asked for: what it does not tell may have happened since.
        var asOf: ContinuousClock.Instant?
    }

    private let state: Mutex<State>

    init(capacity: Int = RevocationIndex.standardCapacity) {
        state = Mutex(State(index: RevocationIndex(capacity: capacity)))
    }

    /// Where to read on.
    var position: Int64 { state.withLock { $0.position } }
    var count: Int { state.withLock { $0.index.count } }

    /// Takes an answer in that was asked for at `asked`.
    ///
    /// - Parameter now: the clock that tokens and notices are dated by.
    func apply(_ page: RevocationPage, asked: ContinuousClock.Instant, now: Instant) {
        state.withLock { state in
            for notice in page.notices { state.index.apply(notice, now: now) }
            if page.through < state.position {
                // The feed lost entries (restored from a backup): read all of it again before believing it.
                state.position = 0
                state.isBacklogRead = false
                state.asOf = nil
                return
            }
            state.position = page.through
            guard !page.more else { return }
            state.isBacklogRead = true
            state.asOf = asked
        }
    }

    func prune(now: Instant, longestLifetime: Duration) {
        state.withLock { $0.index.prune(now: now, longestLifetime: longestLifetime) }
    }

    /// Whether the copy is whole and at most ``oldest`` old.
    func isFresh(at now: ContinuousClock.Instant) -> Bool {
        state.withLock { state in
            guard state.isBacklogRead, let asOf = state.asOf else { return false }
            return now - asOf <= Self.oldest
        }
    }

    func isRevoked(tenant: TenantID, member: UUIDv7, session: UUIDv7, issuedAt: Instant) -> Bool {
        state.withLock {
            $0.index.isRevoked(tenant: tenant, member: member, session: session, issuedAt: issuedAt)
        }
    }
}
