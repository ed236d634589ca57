public import WireFormat

/// Where the messages of one topic go.
///
/// A destination delivers; it keeps nothing. Delivery is at least once: a message comes again until the relay has seen
/// an acknowledgement and the deletion has committed, so the receiver de-duplicates by ``OutboxMessage/id``.
public protocol OutboxDestination: Sendable {
    /// The topic it serves.
    var topic: OutboxTopic { get }
    /// The most messages of one ``deliver(_:for:)``.
    var batchLimit: Int { get }

    /// Delivers messages of one tenant, oldest first, and says what became of each.
    ///
    /// - Throws: when nothing is known about the whole batch (no answer, an unverifiable one, an overloaded receiver).
    ///   The relay then backs off and sends it again.
    func deliver(_ messages: [OutboxMessage], for tenant: TenantID) async throws -> [OutboxReceipt]
}

/// What a verified answer says about one message.
public struct OutboxReceipt: Sendable, Hashable {
    /// What became of a message.
    public enum Outcome: Sendable, Hashable {
        /// The receiver has it durably, now or since an earlier delivery.
        case acknowledged
        /// The receiver will never take it; it is kept in `outbox_refused` with this reason.
        case refused(reason: String)
    }

    /// The message.
    public let id: UUIDv7
    /// What became of it.
    public let outcome: Outcome

    /// Creates a receipt.
    public init(id: UUIDv7, outcome: Outcome) {
        self.id = id
        self.outcome = outcome
    }
}
