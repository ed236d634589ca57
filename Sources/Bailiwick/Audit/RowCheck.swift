import AuditCore
import WireFormat

/// Reads one row of the log, and compares what it says beside the event with the event.
struct RowCheck {
    let tenant: TenantID
    let row: LogReader.Entry

    /// The row as the verifier takes it; nil when it is no entry at all.
    var entry: LogEntry? {
        guard let index = UInt64(exactly: row.sequence), let id = UUIDv7(row.eventID),
            let commitment = TreeHash(bytes: row.commitment)
        else { return nil }
        return LogEntry(index: index, id: id, commitment: commitment, body: body)
    }

    /// What the row itself shows to be wrong.
    var findings: [LogFinding] {
        if entry == nil {
            return [finding(.misplacedEntry, "the leaf is malformed: number, event id or commitment")]
        }
        guard let body = row.body else { return [] }
        if EventSalt(bytes: body.salt) == nil {
            return [finding(.alteredEvent, "event \(row.eventID): the salt is not 32 bytes")]
        }
        return differences(body).map { name in
            finding(.alteredEvent, "event \(row.eventID): the column `\(name)` is not what the event says")
        }
    }

    private var body: LogEntry.Body? {
        guard let body = row.body, let salt = EventSalt(bytes: body.salt) else { return nil }
        return LogEntry.Body(salt: salt, canonicalBytes: Array(body.text.utf8))
    }

    /// The columns, copied out of the event for searching, that differ from it.
    private func differences(_ body: LogReader.Body) -> [String] {
        guard let wire = try? JSONValue.parse(body.text.utf8), let event = try? AuditEvent.decode(from: wire) else {
            return []  // the verifier reports it
        }
        let written = [
            "origin": event.metadata["origin"]?.string ?? "", "time": event.time.rfc3339,
            "actor_id": event.actor.id ?? "", "action": event.action, "resource_type": event.resource.type,
            "resource_id": event.resource.id ?? "", "outcome": event.outcome.rawValue,
            "request_id": event.requestID?.text ?? "",
        ]
        return written.keys.sorted().filter { body.columns[$0] != written[$0] }
    }

    private func finding(_ code: LogFinding.Code, _ detail: String) -> LogFinding {
        LogFinding(code, tenant: tenant, index: UInt64(exactly: row.sequence), detail: detail, goodUpTo: 0)
    }
}
