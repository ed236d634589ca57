public import WireFormat

/// What is known of a session: its row, before anything was proved about it.
public struct SessionFacts: Sendable, Hashable {
    /// The session.
    public let id: UUIDv7
    /// Whose it is.
    public let account: UUIDv7
    /// The organisation that it is for.
    public let tenant: TenantID
    /// The account's member there.
    public let member: UUIDv7
    /// What was used (RFC 8176).
    public let amr: [String]
    /// When a factor was last used.
    public let authenticatedAt: Instant
    /// The first moment at which it cannot be used any more; in the past for one that was ended.
    public let livesUntil: Instant

    /// Facts of a session.
    public init(
        id: UUIDv7, account: UUIDv7, tenant: TenantID, member: UUIDv7, amr: [String], authenticatedAt: Instant,
        livesUntil: Instant
    ) {
        self.id = id
        self.account = account
        self.tenant = tenant
        self.member = member
        self.amr = amr
        self.authenticatedAt = authenticatedAt
        self.livesUntil = livesUntil
    }
}

/// Proof that a session lives, is of the level `Level` and was authenticated within `Age`. The one way to one is to
/// prove it, so what takes `Session<AAL2, Fresh5m>` cannot forget to ask.
public struct Session<Level: Assurance, Age: Freshness>: Sendable {
    /// What it was proved of.
    public let facts: SessionFacts

    /// Proves it.
    ///
    /// - Throws: ``InsufficientAuthentication`` when it has ended, is too weak or too old.
    public init(proving facts: SessionFacts, at now: Instant) throws(InsufficientAuthentication) {
        let demand = AuthenticationDemand(level: Level.level, maximumAge: Age.maximumAge)
        guard now < facts.livesUntil,
            demand.isMet(amr: facts.amr, authenticatedAt: facts.authenticatedAt, now: now)
        else { throw InsufficientAuthentication(demand: demand) }
        self.facts = facts
    }

    /// The session.
    public var id: UUIDv7 { facts.id }
    /// Whose it is.
    public var account: UUIDv7 { facts.account }
    /// The organisation that it is for.
    public var tenant: TenantID { facts.tenant }
    /// The account's member there.
    public var member: UUIDv7 { facts.member }
}

/// A session is not what is needed; whoever has it can step up (RFC 9470).
public struct InsufficientAuthentication: Error, Sendable, Hashable {
    /// What would be.
    public let demand: AuthenticationDemand

    /// What was missed.
    public init(demand: AuthenticationDemand) { self.demand = demand }
}
