import WireFormat

/// Which tokens are void: `not_before` by member and by session, in bounded memory. Pure; the clock is the caller's.
struct RevocationIndex: Sendable {
    /// Two maps of this size take about 40 MB at worst; a sign-out storm of a whole large company within one token
    /// lifetime still fits.
    static let standardCapacity = 200_000

    private let capacity: Int
    private var bounds: [RevocationNotice.Target: Instant] = [:]
    /// Everybody's tokens from before this are void. Raised only when the map overflows: forgetting a notice would
    /// let a revoked token in, so the index asks everybody with an older token to refresh instead.
    private(set) var floor: Instant?

    init(capacity: Int = Self.standardCapacity) {
        self.capacity = capacity
    }

    var count: Int { bounds.count }

    /// Takes a notice in; a bound only ever rises.
    mutating func apply(_ notice: RevocationNotice) {
        if let known = bounds[notice.target], known >= notice.notBefore { return }
        bounds[notice.target] = notice.notBefore
        if bounds.count > capacity { overflow() }
    }

    /// Forgets notices that no living token can fall under: those older than `longestLifetime`.
    mutating func prune(now: Instant, longestLifetime: Duration) {
        let oldest = now.adding(.zero - longestLifetime)
        bounds = bounds.filter { $0.value >= oldest }
        if let floor, floor < oldest { self.floor = nil }
    }

    /// Whether a token of this member and session, issued at `issuedAt`, is void.
    func isRevoked(tenant: TenantID, member: UUIDv7, session: UUIDv7, issuedAt: Instant) -> Bool {
        if let floor, issuedAt < floor { return true }
        if let bound = bounds[.member(tenant, member)], issuedAt < bound { return true }
        if let bound = bounds[.session(session)], issuedAt < bound { return true }
        return false
    }

    /// Drops the older half and raises the floor to the newest bound dropped.
    private mutating func overflow() {
        let ordered = bounds.values.sorted()
        let pivot = ordered[ordered.count / 2]
        bounds = bounds.filter { $0.value > pivot }
        floor = max(floor ?? pivot, pivot)
    }
}
