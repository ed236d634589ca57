public import WireFormat

/// Something that is wrong with a log: in whose, at which index, what, and since when.
public struct LogFinding: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of finding.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The name, for logs and alerts.
        public let description: String

        private init(_ description: String) { self.description = description }

        /// An index is missing: an entry was removed, or the tail cut off.
        public static let missingEntry = Code("missing-entry")
        /// An index comes twice or goes back: an entry was inserted or moved.
        public static let misplacedEntry = Code("misplaced-entry")
        /// The body is not what the tree committed to.
        public static let alteredEvent = Code("altered-event")
        /// The body or its salt is gone, and no erasure that is logged accounts for it.
        public static let missingBody = Code("missing-body")
        /// The body is no event that this release reads.
        public static let unreadableEvent = Code("unreadable-event")
        /// The event belongs to another tenant.
        public static let foreignEvent = Code("foreign-event")
        /// The event's id is not the row's.
        public static let wrongIdentity = Code("wrong-identity")
        /// A stored leaf or node is not what the entries hash to.
        public static let alteredNode = Code("altered-node")
        /// The entries do not lead to a checkpoint's root.
        public static let rootMismatch = Code("root-mismatch")
        /// A checkpoint is not signed as it must be, or is of another log.
        public static let badCheckpoint = Code("bad-checkpoint")
        /// Two checkpoints of one size have different roots.
        public static let fork = Code("fork")
    }

    /// What kind of finding.
    public let code: Code
    /// Whose log.
    public let tenant: TenantID
    /// The first index concerned; nil when it is the log as a whole.
    public let index: UInt64?
    /// What exactly, in lower case.
    public let detail: String
    /// The size of the last checkpoint before, to which everything was as it should be.
    public let goodUpTo: UInt64

    /// A finding.
    public init(_ code: Code, tenant: TenantID, index: UInt64?, detail: String, goodUpTo: UInt64) {
        self.code = code
        self.tenant = tenant
        self.index = index
        self.detail = detail
        self.goodUpTo = goodUpTo
    }

    /// `tenant T, index 17: …`.
    public var description: String {
        let place = index.map { ", index \($0)" } ?? ""
        return "tenant \(tenant)\(place): \(code): \(detail) (good up to size \(goodUpTo))"
    }
}
