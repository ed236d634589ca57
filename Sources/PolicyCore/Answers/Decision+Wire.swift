public import WireFormat

extension Decision: WireEncodable {
    /// The version of the members of `context` that AuthZEN leaves to us.
    static let version: Int64 = 1

    /// The AuthZEN 1.0 evaluation response (§6.2): `{"decision": …, "context": {"version", "id", "scope", "rule",
    /// "reason", "revision", "obligations", "fields", "simulated"}}`. `fields` is an object by class name:
    /// `{"fields": […], "sensitive": …, "read": …, "write": …}`.
    public var wire: JSONValue {
        var context: [String: JSONValue] = [
            "version": .integer(Self.version), "scope": .string(scope.description), "revision": .string(revision),
            "obligations": .array(obligations.map(\.wire)),
            "fields": fields.wire,
        ]
        if let id { context["id"] = .string(id) }
        if let rule { context["rule"] = .string(rule) }
        if let reason { context["reason"] = .string(reason.description) }
        if isSimulated { context["simulated"] = true }
        return ["decision": .bool(isAllowed), "context": .object(context)]
    }

    /// Reads a response.
    /// - Throws: For anything that this version does not know: the caller must deny.
    public init(wire: JSONValue) throws(WireShapeError) {
        let outer = try WireMembers(wire, of: "decision", allowed: ["decision", "context"])
        let context = try WireMembers(
            try outer.value("context"), of: "context of the decision",
            allowed: [
                "version", "id", "scope", "rule", "reason", "revision", "obligations", "fields", "simulated",
            ])
        guard context["version"]?.integer == Self.version else {
            throw WireShapeError("decision has an unknown version")
        }
        let obligations = try context.obligations()
        let isAllowed = try outer.bool("decision")
        let reason = try context.reason()
        guard isAllowed == (reason == nil) else { throw WireShapeError("decision and reason contradict each other") }
        self.init(
            isAllowed: isAllowed, reason: reason, scope: try context.scope(), rule: try context.optionalString("rule"),
            revision: try context.string("revision"), obligations: obligations,
            fields: try FieldAccess(wire: try context.value("fields")))
        id = try context.optionalString("id")
        isSimulated = try context.flag("simulated")
    }
}

extension Obligation: WireEncodable {
    /// `{"id", "type", "properties"}`.
    public var wire: JSONValue {
        ["id": .string(id), "type": .string(type), "properties": .object(properties)]
    }

    /// Reads the object.
    /// - Throws: For anything that this version does not know.
    public init(wire: JSONValue) throws(WireShapeError) {
        let members = try WireMembers(wire, of: "obligation", allowed: ["id", "type", "properties"])
        guard let properties = members["properties"]?.object else {
            throw WireShapeError("obligation has no object `properties`")
        }
        self.init(id: try members.string("id"), type: try members.string("type"), properties: properties)
    }
}

extension FieldAccess: WireEncodable {
    /// An object by class name: `{"fields": […], "sensitive": …, "read": …, "write": …}`.
    public var wire: JSONValue {
        var byName: [String: JSONValue] = [:]
        for fieldClass in classes {
            byName[fieldClass.name] = [
                "fields": JSONValue(fieldClass.fields), "sensitive": .bool(fieldClass.isSensitive),
                "read": .bool(canRead(class: fieldClass.name)), "write": .bool(canWrite(class: fieldClass.name)),
            ]
        }
        return .object(byName)
    }

    /// Reads the object.
    /// - Throws: For anything that this version does not know.
    public init(wire: JSONValue) throws(WireShapeError) {
        guard let byName = wire.object, byName.count <= Self.mostClasses else {
            throw WireShapeError("`fields` is not an object of at most \(Self.mostClasses) classes")
        }
        var classes: [FieldClass] = []
        var readable: UInt64 = 0
        var writable: UInt64 = 0
        for (index, name) in byName.keys.sorted().enumerated() {
            let members = try WireMembers(
                byName[name] ?? .null, of: "field class `\(name)`", allowed: ["fields", "sensitive", "read", "write"])
            classes.append(
                FieldClass(
                    name: name, fields: try members.strings("fields"), isSensitive: try members.bool("sensitive")))
            if try members.bool("read") { readable |= 1 << UInt64(index) }
            if try members.bool("write") { writable |= 1 << UInt64(index) }
        }
        self.init(classes: classes)
        self.readable = readable
        self.writable = writable
    }
}
