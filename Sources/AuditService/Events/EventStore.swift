import Postgres
import SQLQuery
import WireFormat

/// The SQL of reading the trail.
enum EventStore {
    /// One event of the trail with its place in the tree.
    struct Stored: Sendable {
        let id: UUIDv7
        let time: Instant
        let sequence: Int64
        let event: JSONValue
    }

    /// Where a page begins: after this event.
    struct Position: Sendable, Hashable {
        let time: Instant
        let id: UUIDv7
    }

    /// A page of the tenant's events in the order of time; equal times are in the order of ids.
    static func page(_ filter: EventFilter, after position: Position?, most: Int, _ tenant: TenantID) -> SQL {
        var conditions: [SQL] = ["b.tenant = \(tenant)"]
        if let actor = filter.actor { conditions.append("b.actor_id = \(actor)") }
        if let action = filter.action { conditions.append("b.action = \(action)") }
        if let type = filter.resourceType { conditions.append("b.resource_type = \(type)") }
        if let id = filter.resourceID { conditions.append("b.resource_id = \(id)") }
        if let outcome = filter.outcome { conditions.append("b.outcome = \(outcome)") }
        if let request = filter.requestID { conditions.append("b.request_id = \(request)") }
        if let from = filter.from { conditions.append("b.time >= \(from)") }
        if let to = filter.to { conditions.append("b.time < \(to)") }
        let order: SQL
        switch filter.order {
        case .newest:
            order = "b.time DESC, b.id DESC"
            if let position { conditions.append("(b.time, b.id) < (\(position.time), \(position.id))") }
        case .oldest:
            order = "b.time, b.id"
            if let position { conditions.append("(b.time, b.id) > (\(position.time), \(position.id))") }
        }
        return """
            SELECT b.id, b.time, b.body, l.sequence
            FROM event_body b
            JOIN leaf l ON l.tenant = \(tenant) AND l.event_id = b.id
            WHERE \(SQL.joined(conditions, separator: " AND "))
            ORDER BY \(order) LIMIT \(most)
            """
    }

    /// Reads the rows of ``page(_:after:most:_:)``.
    static func stored(_ rows: [Row]) throws -> [Stored] {
        try rows.map { row in
            Stored(
                id: try row.get("id"), time: try row.get("time"), sequence: try row.get("sequence"),
                event: try JSONValue.parse(try row.get("body", as: String.self).utf8))
        }
    }
}
