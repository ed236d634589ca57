import Logging
import Metrics
// One of the files allowed to make a `TenantScope` (scripts/scope-minting.allow): the relay works for the tenant that
// the database named as having something waiting.
@_spi(ScopeMinting) internal import Postgres
import SQLQuery
import WireFormat

/// Carries the messages of one tenant and topic to their destination.
struct OutboxCourier: Sendable {
    /// What to deliver where.
    struct Pair: Sendable {
        let tenant: TenantID
        let destination: any OutboxDestination
    }

    /// How a delivery went.
    enum Result: Sendable, Equatable {
        /// Something was acknowledged or set aside.
        case delivered
        /// Another copy has it, or it is empty.
        case nothing
        /// Nothing is known; the destination is to be left alone for a while.
        case failed
    }

    let database: Database
    let pace: OutboxPace
    let logger: Logger

    /// Delivers up to ``OutboxPace/batchesPerPair`` batches.
    func deliver(_ pair: Pair) async -> Result {
        var result = Result.nothing
        for _ in 0..<pace.batchesPerPair where !Task.isCancelled {
            do {
                let count = try await deliverBatch(pair)
                if count > 0 { result = .delivered }
                if count < pair.destination.batchLimit { return result }
            } catch {
                guard !Task.isCancelled else { return result }
                count("bailiwick_outbox_failures", pair)
                logger.warning(
                    "an outbox delivery failed and will be repeated",
                    metadata: ["topic": "\(pair.destination.topic)", "tenant": "\(pair.tenant)", "error": "\(error)"])
                return .failed
            }
        }
        return result
    }

    /// - Returns: how many messages left the outbox.
    private func deliverBatch(_ pair: Pair) async throws -> Int {
        let (tenant, destination) = (pair.tenant, pair.destination)
        return try await database.transaction(TenantScope(tenant: tenant)) { transaction in
            let answers = try await transaction.pipeline([
                OutboxStore.claim(tenant, destination.topic),
                OutboxStore.oldest(
                    tenant, destination.topic, most: destination.batchLimit, bytes: pace.batchBytes),
            ])
            guard try answers[0].first?.get("claimed", as: Bool.self) == true, !answers[1].isEmpty else { return 0 }
            let (waiting, unreadable) = try OutboxStore.waiting(answers[1], tenant, destination.topic)
            var receipts = unreadable.map { OutboxReceipt(id: $0, outcome: .refused(reason: "unreadable payload")) }
            if !waiting.isEmpty { receipts += try await destination.deliver(waiting.map(\.message), for: tenant) }
            let sent = Set(waiting.map(\.message.id) + unreadable)
            receipts.removeAll { !sent.contains($0.id) }
            try await settle(receipts, since: waiting.first?.created, pair, in: transaction)
            return receipts.count
        }
    }

    /// Deletes exactly what the receipts name.
    private func settle(
        _ receipts: [OutboxReceipt], since oldest: Instant?, _ pair: Pair, in transaction: Transaction
    ) async throws {
        let (tenant, topic) = (pair.tenant, pair.destination.topic)
        let done = receipts.map(\.id)
        let refused = receipts.compactMap { receipt -> (id: UUIDv7, reason: String)? in
            if case .refused(let reason) = receipt.outcome { (receipt.id, reason) } else { nil }
        }
        var statements: [SQL] = []
        if !refused.isEmpty {
            statements.append(
                OutboxStore.setAside(refused.map(\.id), reasons: refused.map(\.reason), tenant, topic))
        }
        if !done.isEmpty { statements.append(OutboxStore.removal(of: done, tenant, topic)) }
        if !statements.isEmpty { _ = try await transaction.pipeline(statements) }

        for refusal in refused {
            count("bailiwick_outbox_refused", pair)
            logger.error(
                "a message was refused and is kept in outbox_refused",
                metadata: [
                    "topic": "\(topic)", "tenant": "\(tenant)", "id": "\(refusal.id)", "reason": "\(refusal.reason)",
                ])
        }
        Counter(label: "bailiwick_outbox_delivered", dimensions: [("topic", topic.name)]).increment(by: done.count)
        if let oldest {
            Timer(label: "bailiwick_outbox_lag", dimensions: [("topic", topic.name)])
                .recordMicroseconds(max(0, (Instant.now() - oldest) / .microseconds(1)))
        }
    }

    private func count(_ label: String, _ pair: Pair) {
        Counter(label: label, dimensions: [("topic", pair.destination.topic.name)]).increment()
    }
}
