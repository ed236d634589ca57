public import ServiceKit
public import WireFormat

/// Delivers audit events to AuditService: `POST /internal/v1/events`.
public struct AuditDestination: OutboxDestination {
    /// How long one delivery may take. The transaction of the relay is open that long.
    public static let deadline = Duration.seconds(5)

    /// `audit`.
    public let topic = OutboxTopic.audit
    /// ``EventDelivery/eventLimit``.
    public let batchLimit = EventDelivery.eventLimit

    private let client: ServiceClient

    /// Creates a destination; `client` calls AuditService.
    public init(client: ServiceClient) {
        self.client = client
    }

    /// Delivers one batch. AuditService answers after its commit and counts each event once, so a repetition is
    /// harmless. An answer of 4xx about a batch is resolved by halving it, until the event that is at fault stands
    /// alone and is refused.
    public func deliver(_ messages: [OutboxMessage], for tenant: TenantID) async throws -> [OutboxReceipt] {
        let reply = try await client.send(
            .post, "/internal/v1/events", bytes: EventDelivery.bytes(tenant: tenant, events: messages.map(\.text)),
            headers: [.contentType: "application/json"], requestID: .generate(), retry: .idempotent,
            deadline: Self.deadline)
        switch reply.status.code {
        case 200:
            return try receipts(EventDeliveryAnswer.decode(from: try reply.json()), messages)
        case 400, 413, 422:
            guard messages.count > 1 else {
                return [OutboxReceipt(id: messages[0].id, outcome: .refused(reason: "status \(reply.status.code)"))]
            }
            let middle = messages.count / 2
            return try await deliver(Array(messages[..<middle]), for: tenant)
                + deliver(Array(messages[middle...]), for: tenant)
        default:
            throw DeliveryError(description: "AuditService answered \(reply.status.code)")
        }
    }

    private func receipts(_ answer: EventDeliveryAnswer, _ messages: [OutboxMessage]) throws -> [OutboxReceipt] {
        guard answer.results.count == messages.count else {
            throw DeliveryError(
                description: "AuditService answered \(answer.results.count) results to \(messages.count) events")
        }
        return try zip(messages, answer.results).map { message, result in
            guard result.id == nil || result.id == message.id else {
                throw DeliveryError(description: "AuditService answered about another event than \(message.id)")
            }
            switch result.outcome {
            case .stored, .duplicate:
                return OutboxReceipt(id: message.id, outcome: .acknowledged)
            case .refused:
                return OutboxReceipt(id: message.id, outcome: .refused(reason: result.reason ?? "no reason given"))
            }
        }
    }
}
