import AuditCore
import Postgres
import SQLQuery
import WireFormat

/// The SQL of appending: bodies and leaves.
enum LogStore {
    /// Takes the tenant's log for this transaction. Copies of the service wait for each other here, so that numbers are
    /// dense; the next statement of the transaction sees what the one before committed. The commit is durable whatever
    /// the server's default says.
    static func lock(_ tenant: TenantID) -> SQL {
        """
        SELECT pg_advisory_xact_lock(hashtextextended('audit log ' || \(tenant), 0)),
            set_config('synchronous_commit', 'on', true)
        """
    }

    /// The leaves of those of `ids` that are in the log already. Each id is looked up by itself: with `= ANY`, a plan
    /// that was made before the table had statistics compared every leaf of the tenant with every id.
    static func known(_ ids: [UUIDv7], _ tenant: TenantID) -> SQL {
        """
        SELECT l.event_id, l.sequence, l.commitment
        FROM unnest(\(ids)::uuid[]) AS asked (id)
        CROSS JOIN LATERAL (
            SELECT event_id, sequence, commitment FROM leaf WHERE tenant = \(tenant) AND event_id = asked.id LIMIT 1
        ) AS l
        """
    }

    /// The number that the next leaf gets.
    static func next(_ tenant: TenantID) -> SQL {
        """
        SELECT coalesce((SELECT sequence FROM leaf WHERE tenant = \(tenant) ORDER BY sequence DESC LIMIT 1), -1) + 1
            AS next
        """
    }

    /// Stores bodies, with the columns that searches use.
    static func insertBodies(_ events: [CommittedEvent], origin: String, _ tenant: TenantID) -> SQL {
        let columns = events.map(EventColumns.init)
        return """
            INSERT INTO event_body (
                tenant, id, origin, salt, body, time, actor_id, action, resource_type, resource_id, outcome, request_id)
            SELECT \(tenant), e.id, \(origin), e.salt, e.body, e.time, e.actor_id, e.action, e.resource_type,
                e.resource_id, e.outcome, e.request_id
            FROM unnest(
                \(events.map(\.event.id))::uuid[], \(events.map(\.salt.bytes))::bytea[],
                \(events.map { String(decoding: $0.canonicalBytes, as: UTF8.self) })::text[],
                \(columns.map(\.time))::timestamptz[], \(columns.map(\.actorID))::text[],
                \(columns.map(\.action))::text[], \(columns.map(\.resourceType))::text[],
                \(columns.map(\.resourceID))::text[], \(columns.map(\.outcome))::text[],
                \(columns.map(\.requestID))::text[]
            ) AS e (id, salt, body, time, actor_id, action, resource_type, resource_id, outcome, request_id)
            """
    }

    /// Numbers leaves from `first` on, in the order given.
    static func insertLeaves(_ events: [CommittedEvent], from first: Int64, _ tenant: TenantID) -> SQL {
        """
        INSERT INTO leaf (tenant, sequence, event_id, commitment)
        SELECT \(tenant), \(first) + l.place - 1, l.id, l.commitment
        FROM unnest(\(events.map(\.event.id))::uuid[], \(events.map(\.commitment.bytes))::bytea[])
            WITH ORDINALITY AS l (id, commitment, place)
        """
    }

    /// Makes the partitions that the coming months need.
    static let makePartitions: SQL = "SELECT make_event_partitions() AS made"

    /// Every tenant that has a log, with the number of its leaves and of those under a checkpoint.
    static func heads(after tenant: String, most: Int) -> SQL {
        "SELECT tenant, leaves, signed FROM log_heads(\(tenant), \(most)::integer)"
    }
}
