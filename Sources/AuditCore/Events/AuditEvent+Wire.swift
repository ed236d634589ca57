public import WireFormat

extension AuditEvent: WireEncodable {
    /// The event as JSON; what is absent is left out.
    public var wire: JSONValue {
        var members: [String: JSONValue] = [
            "version": .integer(Int64(Self.currentVersion)),
            "id": id.wire,
            "tenant": tenant.wire,
            "time": time.wire,
            "actor": actor.wire,
            "action": .string(action),
            "resource": resource.wire,
            "outcome": outcome.wire,
        ]
        members["reason"] = reason.map(JSONValue.string)
        members["decision"] = decision?.wire
        members["request_id"] = requestID.map { .string($0.text) }
        members["ip"] = ip.map(JSONValue.string)
        members["device"] = device.map(JSONValue.string)
        members["browser"] = browser.map(JSONValue.string)
        if !changes.isEmpty { members["changes"] = changes.wire }
        if !persons.isEmpty { members["persons"] = persons.wire }
        if !metadata.isEmpty { members["metadata"] = .object(metadata) }
        return .object(members)
    }

    /// The event in canonical form (RFC 8785): the bytes that the log stores and the commitment covers.
    public var canonicalBytes: [UInt8] { wire.bytes() }
}

extension AuditEvent: WireBody {
    /// Reads an event of a readable version; unknown fields, wrong types and broken bounds are errors.
    public init(fields: inout FieldReader) {
        _ = fields.required("version", Int.self) {
            Self.readableVersions.contains($0) ? nil : "must be \(Self.currentVersion)"
        }
        id = fields.required("id")
        tenant = fields.required("tenant")
        time = fields.required("time")
        actor = fields.body("actor") ?? .anonymous
        action = fields.required("action", check: identifierComplaint)
        resource = fields.body("resource") ?? EventResource(type: "")
        outcome = fields.required("outcome")
        reason = fields.optional("reason", check: textComplaint)
        decision = fields.body("decision")
        requestID = fields.optional("request_id", String.self).flatMap(RequestID.init)
        ip = fields.optional("ip", check: identifierComplaint)
        device = fields.optional("device", check: textComplaint)
        browser = fields.optional("browser", check: textComplaint)
        changes = fields.bodies("changes", most: EventLimits.changes)
        persons =
            fields.optional("persons", [UUIDv7].self) {
                $0.count > EventLimits.persons ? "has more than \(EventLimits.persons) persons" : nil
            } ?? []
        let context = fields.optional("metadata", JSONValue.self, check: Self.metadataComplaint)
        metadata = context?.object ?? [:]
        for name in ["actor", "resource"] where !fields.has(name) { fields.fail(name, "is required") }
        if requestID == nil && fields.has("request_id") { fields.fail("request_id", "is not a request id") }
    }

    private static func metadataComplaint(_ value: JSONValue) -> String? {
        guard value.object != nil else { return "must be an object, not \(value.kind)" }
        return value.bytes().count > EventLimits.metadataBytes
            ? "is longer than \(EventLimits.metadataBytes) bytes in canonical form" : nil
    }
}
