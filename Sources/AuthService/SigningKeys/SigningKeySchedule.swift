import WireFormat

/// When a signing key is published, signs and goes. Pure.
enum SigningKeySchedule {
    /// How long a consumer may keep the JWKS (`Cache-Control: max-age`).
    static let publishedCacheLifetime: Duration = .seconds(300)
    /// A key is published this long before its first signature: the cache's lifetime, and a minute for slow copies.
    static let notice: Duration = publishedCacheLifetime + .seconds(60)
    /// How long a key signs. A quarter: long enough to be no burden, short enough to keep rotation a habit.
    static let rotation: Duration = .seconds(90 * 86_400)
    /// How long a retired key stays published: the longest token's life, clock skew, and a copy that reloads late.
    static let overlap: Duration = AccessTokenIssuer.lifetime + .seconds(120)

    /// What a key is good for.
    enum State: String, Sendable {
        /// Published, not signing yet.
        case next
        /// Signs.
        case current
        /// Published for the tokens it signed.
        case retired
        /// To be removed.
        case expired
    }

    /// The state that follows from a key's times.
    static func state(_ key: SigningKeyRecord, at now: Instant) -> State {
        if let removes = key.removesAt, removes <= now { return .expired }
        if let retires = key.retiresAt, retires <= now { return .retired }
        return key.activatesAt <= now ? .current : .next
    }

    /// The key that signs at `now`: the one activated last.
    static func current(of keys: [SigningKeyRecord], at now: Instant) -> SigningKeyRecord? {
        keys.filter { state($0, at: now) == .current }.max { $0.activatesAt < $1.activatesAt }
    }

    /// When a new key begins to sign, or nil when none is needed now: at once when there is none, and with notice when
    /// the present one has served its time.
    static func activation(after keys: [SigningKeyRecord], at now: Instant) -> Instant? {
        guard let current = current(of: keys, at: now) else {
            return keys.contains { state($0, at: now) == .next } ? nil : now
        }
        guard !keys.contains(where: { state($0, at: now) == .next }) else { return nil }
        return now >= current.activatesAt.adding(rotation - notice) ? now.adding(notice) : nil
    }
}
