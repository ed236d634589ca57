import WireFormat

/// Which tokens are void: `not_before` by member and by session, in bounded memory. Pure; the clock is the caller's.
struct RevocationIndex: Sendable {
    /// Two maps of this size take about 40 MB at worst; a sign-out storm of a whole large company within one token
    /// lifetime still fits.
    static let standardCapacity = 200_000
    /// How much more than its capacity it holds while the bounds are ahead of the clock. Those of the last minute may be
    /// (the `iat` of a token may be, too); to forget them would take a floor in the future, and so everybody's fresh
    /// tokens. Beyond this it does so all the same: memory is bounded, and a revoked token stays out.
    static let headroom = 2

    private let capacity: Int
    /// At which size it looks for what it can forget.
    private var roof: Int
    private var bounds: [RevocationNotice.Target: Instant] = [:]
    /// Everybody's tokens from before this are void. Raised only when the map overflows: forgetting a notice would
    /// let a revoked token in, so the index asks everybody with an older token to refresh instead.
    private(set) var floor: Instant?

    init(capacity: Int = Self.standardCapacity) {
        self.capacity = capacity
        roof = capacity
    }

    var count: Int { bounds.count }

    /// Takes a notice in; a bound only ever rises.
    mutating func apply(_ notice: RevocationNotice, now: Instant) {
        if let known = bounds[notice.target], known >= notice.notBefore { return }
        bounds[notice.target] = notice.notBefore
        if bounds.count > roof { overflow(now: now) }
    }

    /// Forgets notices that no living token can fall under: those older than `longestLifetime`.
    mutating func prune(now: Instant, longestLifetime: Duration) {
        let oldest = now.adding(.zero - longestLifetime)
        bounds = bounds.filter { $0.value >= oldest }
        setRoof()
        if let floor, floor < oldest { self.floor = nil }
    }

    /// Whether a token of this member and session, issued at `issuedAt`, is void.
    func isRevoked(tenant: TenantID, member: UUIDv7, session: UUIDv7, issuedAt: Instant) -> Bool {
        if let floor, issuedAt < floor { return true }
        if let bound = bounds[.member(tenant, member)], issuedAt < bound { return true }
        if let bound = bounds[.session(session)], issuedAt < bound { return true }
        return false
    }

    /// Drops the older half, as far as it is not ahead of the clock, and raises the floor to the newest bound dropped.
    private mutating func overflow(now: Instant) {
        let ordered = bounds.values.sorted()
        let pivot = ordered[ordered.count / 2]
        let line = bounds.count > capacity * Self.headroom ? pivot : min(pivot, now)
        if let dropped = ordered.last(where: { $0 <= line }) {
            bounds = bounds.filter { $0.value > line }
            floor = max(floor ?? dropped, dropped)
        }
        setRoof()
    }

    /// What could not be dropped is not looked through again for every notice that comes.
    private mutating func setRoof() {
        roof = min(max(capacity, bounds.count + max(1, capacity / 4)), capacity * Self.headroom)
    }
}
