public import ServiceKit
public import WireFormat

/// Delivers ``MembershipEnd`` commands to AuthService: `POST /internal/v1/memberships/end`, one a call.
public struct MembershipEndDestination: OutboxDestination {
    /// How long one command may take.
    public static let deadline = Duration.seconds(5)

    /// `identity.membership.end`.
    public let topic = OutboxTopic.membershipEnd
    /// Commands go one by one, so a few at a time keep the relay's transaction short.
    public let batchLimit = 8

    private let client: ServiceClient

    /// Creates a destination; `client` calls AuthService.
    public init(client: ServiceClient) {
        self.client = client
    }

    /// Sends the commands, oldest first, until one is not settled. 404 settles a command: the membership is gone.
    public func deliver(_ messages: [OutboxMessage], for tenant: TenantID) async throws -> [OutboxReceipt] {
        var receipts: [OutboxReceipt] = []
        for message in messages {
            do {
                receipts.append(try await deliver(message))
            } catch {
                guard receipts.isEmpty else { break }
                throw error
            }
        }
        return receipts
    }

    private func deliver(_ message: OutboxMessage) async throws -> OutboxReceipt {
        guard let payload = try? message.payload() else {
            return OutboxReceipt(id: message.id, outcome: .refused(reason: "unreadable payload"))
        }
        let requestID = payload["request_id"]?.string.flatMap(RequestID.init) ?? .generate()
        let reply = try await client.send(
            .post, "/internal/v1/memberships/end", body: payload,
            headers: [.idempotencyKey: message.id.text], requestID: requestID, retry: .idempotent,
            deadline: Self.deadline)
        switch reply.status.code {
        case 200..<300, 404:
            return OutboxReceipt(id: message.id, outcome: .acknowledged)
        case 400, 403, 409, 413, 422:
            return OutboxReceipt(id: message.id, outcome: .refused(reason: "status \(reply.status.code)"))
        default:
            throw DeliveryError(description: "AuthService answered \(reply.status.code)")
        }
    }
}
