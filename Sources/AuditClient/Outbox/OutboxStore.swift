import Postgres
import SQLQuery
import WireFormat

/// All the SQL of the outbox.
enum OutboxStore {
    /// One message waiting to be delivered, and since when.
    struct Waiting: Sendable {
        let message: OutboxMessage
        let created: Instant
    }

    /// The statement that puts a message into the outbox; with `condition`, only when it holds.
    ///
    /// - Parameter payload: JSON text.
    static func insertion(
        of id: UUIDv7, _ tenant: TenantID, _ topic: OutboxTopic, payload: String, onlyIf condition: SQL?
    ) throws -> SQL {
        guard payload.utf8.count <= OutboxMessage.payloadLimit else {
            throw OutboxError(
                code: .payloadTooLarge,
                description: """
                    the payload of \(id) has \(payload.utf8.count) bytes, more than \(OutboxMessage.payloadLimit)
                    """)
        }
        let columns: SQL = "INSERT INTO outbox (tenant, topic, id, payload) "
        guard let condition else {
            return columns + "VALUES (\(tenant), \(topic.name), \(id), \(payload))"
        }
        return columns + """
            SELECT \(tenant)::text, \(topic.name)::text, \(id)::uuid, \(payload)::text WHERE \(condition)
            """
    }

    /// Which tenants have something waiting, and in which topics. Tells names only; see the migration.
    static func pending(after: (tenant: String, topic: String), most: Int) -> SQL {
        "SELECT tenant, topic FROM outbox_pending(\(after.tenant), \(after.topic), \(most)::integer)"
    }

    /// Whether this transaction may deliver the tenant's topic. Copies of a service share the work by it; the lock goes
    /// with the transaction, however it ends.
    static func claim(_ tenant: TenantID, _ topic: OutboxTopic) -> SQL {
        """
        SELECT pg_try_advisory_xact_lock(
            hashtextextended('outbox ' || current_schema() || ' ' || \(tenant) || ' ' || \(topic.name), 0)) AS claimed
        """
    }

    /// The oldest messages of a topic, at most `most` of them and, beyond the first, at most `bytes` of payload.
    static func oldest(_ tenant: TenantID, _ topic: OutboxTopic, most: Int, bytes: Int) -> SQL {
        """
        SELECT id, payload, created
        FROM (
            SELECT id, payload, created,
                sum(octet_length(payload)) OVER (ORDER BY id) AS running, row_number() OVER (ORDER BY id) AS place
            FROM (
                SELECT id, payload, created FROM outbox
                WHERE tenant = \(tenant) AND topic = \(topic.name)
                ORDER BY id LIMIT \(most)
            ) oldest
        ) counted
        WHERE running <= \(bytes) OR place = 1
        ORDER BY id
        """
    }

    /// Removes what was acknowledged or moved aside.
    static func removal(of ids: [UUIDv7], _ tenant: TenantID, _ topic: OutboxTopic) -> SQL {
        """
        DELETE FROM outbox o USING unnest(\(ids)::uuid[]) AS delivered (id)
        WHERE o.tenant = \(tenant) AND o.topic = \(topic.name) AND o.id = delivered.id
        """
    }

    /// Keeps messages that the receiver refused; the rows must still be in `outbox`.
    static func setAside(_ ids: [UUIDv7], reasons: [String], _ tenant: TenantID, _ topic: OutboxTopic) -> SQL {
        """
        INSERT INTO outbox_refused (tenant, topic, id, payload, reason)
        SELECT o.tenant, o.topic, o.id, o.payload, r.reason
        FROM outbox o
        JOIN unnest(\(ids)::uuid[], \(reasons)::text[]) AS r (id, reason) ON r.id = o.id
        WHERE o.tenant = \(tenant) AND o.topic = \(topic.name)
        ON CONFLICT (tenant, topic, id) DO NOTHING
        """
    }

    /// Reads the rows of ``oldest(_:_:most:bytes:)``.
    ///
    /// - Returns: the messages, and the ids of rows that hold none: those would otherwise hold up the topic for ever.
    static func waiting(
        _ rows: [Row], _ tenant: TenantID, _ topic: OutboxTopic
    ) throws(RowError) -> (messages: [Waiting], unreadable: [UUIDv7]) {
        var messages: [Waiting] = []
        var unreadable: [UUIDv7] = []
        for row in rows {
            let id: UUIDv7 = try row.get("id")
            let text: String = try row.get("payload")
            // Whole JSON texts only: a destination puts several into one body.
            guard
                (try? JSONReader.read(Array(text.utf8), { reader throws(JSONParseError) in try reader.skip() })) != nil
            else {
                unreadable.append(id)
                continue
            }
            messages.append(
                Waiting(
                    message: OutboxMessage(tenant: tenant, topic: topic, id: id, text: text),
                    created: try row.get("created")))
        }
        return (messages, unreadable)
    }
}
