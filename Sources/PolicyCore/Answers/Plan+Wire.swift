public import WireFormat

extension Plan: WireEncodable {
    /// The version of the shape.
    static let version: Int64 = 1

    /// The answer of `/v1/plan`, version 1: `{"version", "id", "action", "tenant", "rows", "reason", "scope", "rules",
    /// "revision", "obligations", "classes": [{"name", "fields", "sensitive", "read", "write"}], "simulated"}`.
    public var wire: JSONValue {
        var members: [String: JSONValue] = [
            "version": .integer(Self.version), "action": .string(action), "rows": rows.wire,
            "scope": .string(scope.description), "rules": JSONValue(rules), "revision": .string(revision),
            "classes": .array(classes.map(\.wire)),
        ]
        if let id { members["id"] = .string(id) }
        if let tenant { members["tenant"] = .string(tenant) }
        if let reason { members["reason"] = .string(reason.description) }
        // Left out when there are none: a consumer of the release before knows no such member.
        if !obligations.isEmpty { members["obligations"] = .array(obligations.map(\.wire)) }
        if isSimulated { members["simulated"] = true }
        return .object(members)
    }

    /// Reads the answer.
    /// - Throws: For anything that this version does not know: the caller must deny.
    public init(wire: JSONValue) throws(WireShapeError) {
        let members = try WireMembers(
            wire, of: "plan",
            allowed: [
                "version", "id", "action", "tenant", "rows", "reason", "scope", "rules", "revision", "classes",
                "obligations", "simulated",
            ])
        guard members["version"]?.integer == Self.version else { throw WireShapeError("plan has an unknown version") }
        var classes: [FieldClassPlan] = []
        for item in try members.array("classes") { classes.append(try FieldClassPlan(wire: item)) }
        self.init(
            action: try members.string("action"), tenant: try members.optionalString("tenant"),
            rows: try Filter(wire: try members.value("rows")), reason: try members.reason(),
            scope: try members.scope(), rules: try members.strings("rules"),
            revision: try members.string("revision"),
            obligations: members["obligations"] == nil ? [] : try members.obligations(), classes: classes)
        guard reason == nil || rows == .none else { throw WireShapeError("rows and reason contradict each other") }
        id = try members.optionalString("id")
        isSimulated = try members.flag("simulated")
    }
}

extension FieldClassPlan: WireEncodable {
    /// `{"name", "fields", "sensitive", "read": filter, "write": filter}`.
    public var wire: JSONValue {
        [
            "name": .string(fieldClass.name), "fields": JSONValue(fieldClass.fields),
            "sensitive": .bool(fieldClass.isSensitive), "read": read.wire, "write": write.wire,
        ]
    }

    /// Reads the object.
    /// - Throws: For anything that this version does not know.
    public init(wire: JSONValue) throws(WireShapeError) {
        let members = try WireMembers(
            wire, of: "field class", allowed: ["name", "fields", "sensitive", "read", "write"])
        self.init(
            fieldClass: FieldClass(
                name: try members.string("name"), fields: try members.strings("fields"),
                isSensitive: try members.bool("sensitive")),
            read: try Filter(wire: try members.value("read")), write: try Filter(wire: try members.value("write")))
    }
}
