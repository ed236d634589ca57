public import WireFormat

/// One thing about a request that would have to be otherwise.
public enum Change: Sendable, Hashable {
    /// How the subject stands to the record.
    public enum Relation: String, Sendable, Hashable, CaseIterable {
        /// It is about somebody else, and nobody below the subject.
        case other
        /// The subject stands anywhere in the person's manager chain.
        case inChain = "in-chain"
        /// The subject is the person's nearest manager.
        case direct
        /// It is about the subject.
        case own
    }

    /// The subject, or the hop of this id that acts for it, has this role as well.
    case role(String, hop: String?)
    /// It does not have this role.
    case withoutRole(String, hop: String?)
    /// The subject stands so to the record.
    case relation(Relation)
    /// The subject is linked to an employee.
    case employee
    /// Nobody acts for the subject.
    case alone
    /// The attribute compares so, or, negated, does not. `null` for a value that is not stated.
    case attribute(String, Comparator, JSONValue, isNegated: Bool)
    /// A sign-in not older than this, where there is a limit, by one of these methods, where any are named.
    case signIn(within: Duration?, methods: [String])
    /// A time from the first moment on, and before the second.
    case time(from: Instant?, until: Instant?)
    /// This address of the client.
    case address(String)
    /// A declared emergency of at most this length.
    case emergency(atMost: Duration)
    /// The agreement of somebody else with one of these roles, not older than this.
    case approval(by: [String], within: Duration?)
    /// A reason.
    case reason
    /// The condition of this text comes to this. No value was found that shows it.
    case condition(String, Bool)
}
