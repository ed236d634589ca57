public import WireFormat

/// Who asks. All of it comes from a verified access token, never from a body.
public struct Subject: Sendable, Hashable {
    /// The organisation that the token is for; nothing is allowed without one unless the bundle says `tenancy: single`.
    public var tenant: String?
    /// The member.
    public var id: String
    /// The roles held in this tenant. Names that the bundle does not know grant nothing.
    public var roles: [String]
    /// The employee that the member is linked to, if any. `self` and `sub` are measured from here.
    public var employeeID: String?
    /// How the person signed in (RFC 8176).
    public var amr: [String]
    /// When the person signed in.
    public var authTime: Instant?
    /// Who acts on this person's behalf, nearest first (RFC 8693 §4.1); empty when the person acts alone.
    ///
    /// Every hop needs a grant of its own for what is done, measured from the person acted for.
    public var act: [Hop]

    /// Somebody who acts on another's behalf.
    public struct Hop: Sendable, Hashable {
        /// The member, client or agent that acts.
        public var id: String
        /// The roles it holds in the tenant of the person acted for.
        public var roles: [String]

        /// Creates a hop.
        public init(id: String, roles: [String]) {
            self.id = id
            self.roles = roles
        }
    }

    /// Creates a subject.
    public init(
        tenant: String?, id: String, roles: [String], employeeID: String? = nil, amr: [String] = [],
        authTime: Instant? = nil, act: [Hop] = []
    ) {
        self.tenant = tenant
        self.id = id
        self.roles = roles
        self.employeeID = employeeID
        self.amr = amr
        self.authTime = authTime
        self.act = act
    }
}
