import WireFormat

/// A decision with everything that it depends on: from the record and the policies of its revision alone, the same
/// decision comes out again, bit for bit.
///
/// It holds the facts that the rules read, and no others: what decided nothing is not kept. Tenants, ids, action, roles and
/// who acts for whom are always there.
public struct DecisionRecord: Sendable, Hashable {
    /// The bundle's revision for the tenant.
    public let revision: String
    /// The version of language and evaluator.
    public let engineVersion: String
    /// The version of the IANA time-zone data, such as `2025b`.
    public let timeZones: String
    /// What was asked, with the facts that were read.
    public let request: DecisionRequest
    /// The facts that were read, stated or not, in order: `resource.status`, `context.time`.
    public let read: [String]
    /// Attributes in `request` that the schema calls sealed. Whoever stores the record seals their values.
    public let sealed: [String]
    /// What was decided.
    public let decision: Decision

    init(
        revision: String, engineVersion: String, timeZones: String, request: DecisionRequest, read: [String],
        sealed: [String], decision: Decision
    ) {
        self.revision = revision
        self.engineVersion = engineVersion
        self.timeZones = timeZones
        self.request = request
        self.read = read
        self.sealed = sealed
        self.decision = decision
    }

    /// Decides again.
    /// - Parameter bundle: The policies of the record's revision.
    /// - Throws: For another revision, engine version or time-zone data: another answer would prove nothing.
    public func replay(on bundle: PolicyBundle) throws(ReplayError) -> Decision {
        try expect("revision", revision, bundle.revision(for: request.subject.tenant))
        try expect("engine version", engineVersion, PolicyBundle.engineVersion)
        try expect("time-zone data", timeZones, PolicyBundle.timeZones)
        return bundle.check(request)
    }

    /// Whether an answer is the recorded one, bit for bit. An id and the mark of a simulation are given by the service
    /// that answers, and are no part of it.
    public func agrees(with decision: Decision) -> Bool { Self.bare(self.decision).wire == Self.bare(decision).wire }

    private static func bare(_ decision: Decision) -> Decision {
        var bare = decision
        bare.id = nil
        bare.isSimulated = false
        return bare
    }

    private func expect(_ what: String, _ recorded: String, _ present: String) throws(ReplayError) {
        guard recorded == present else {
            throw ReplayError(cause: "the record has \(what) `\(recorded)`, and this is `\(present)`")
        }
    }
}

/// Why a record cannot be decided again here.
public struct ReplayError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What differs.
    public let cause: String
    /// The cause.
    public var description: String { cause }
}
