public import WireFormat

extension DecisionRequest {
    /// Reads an AuthZEN 1.0 evaluation request (§6.1) whose facts the caller states, all of them: for one trusted
    /// enforcement point (`facts: caller`), tests and tools. PolicyEngine's own routes judge first who may state what.
    ///
    /// `{"subject": {"type", "id", "properties": {"tenant", "roles", "employee_id", "amr", "auth_time", "act": [{"id",
    /// "roles"}]}}, "action": {"name"}, "resource": {"type", "id", "properties": {"tenant", "subject_id",
    /// "manager_chain", …}}, "context": {"time", "ip", "request_id", "reason", "approvals": [{"approver", "roles",
    /// "action", "resource_id", "time"}], "emergency": {"reason", "since", "until"}}}`. `null` is a fact that is not stated.
    /// Members that AuthZEN does not know are ignored, as it demands; a known one of another type is an error.
    public init(json: [UInt8]) throws(JSONParseError) {
        self = try JSONReader.read(json) { reader throws(JSONParseError) in try Self(&reader) }
    }

    private init(_ reader: inout JSONReader) throws(JSONParseError) {
        var subject: Subject?
        var action: String?
        var resource: Resource?
        var context = RequestContext()
        try reader.object { name, reader throws(JSONParseError) in
            switch name {
            case "subject": subject = try Subject(&reader)
            case "action":
                try reader.object { name, reader throws(JSONParseError) in
                    if name == "name" { action = try reader.string() } else { _ = try reader.value() }
                }
            case "resource": resource = try Resource(&reader)
            case "context": context = try RequestContext(&reader)
            default: _ = try reader.value()
            }
        }
        guard let subject, let action, !action.isEmpty, let resource else {
            throw reader.failure("`subject`, `action` with a `name` and `resource` are needed")
        }
        self.init(subject: subject, action: action, resource: resource, context: context)
    }
}

extension Subject {
    fileprivate init(_ reader: inout JSONReader) throws(JSONParseError) {
        self.init(tenant: nil, id: "", roles: [])
        try reader.object { name, reader throws(JSONParseError) in
            switch name {
            case "id": id = try reader.string()
            case "properties": try readProperties(&reader)
            default: _ = try reader.value()
            }
        }
        guard !id.isEmpty else { throw reader.failure("`subject.id` is missing") }
    }

    private mutating func readProperties(_ reader: inout JSONReader) throws(JSONParseError) {
        if try reader.skipsNull() { return }
        try reader.object { name, reader throws(JSONParseError) in
            switch name {
            case "tenant": tenant = try reader.optionalString()
            case "roles": if try !reader.skipsNull() { roles = try reader.strings() }
            case "employee_id": employeeID = try reader.optionalString()
            case "amr": if try !reader.skipsNull() { amr = try reader.strings() }
            case "auth_time": authTime = try reader.instant()
            case "act":
                if try reader.skipsNull() { return }
                try reader.array { reader throws(JSONParseError) in act.append(try Hop(&reader)) }
            default: _ = try reader.value()
            }
        }
    }
}

extension Subject.Hop {
    fileprivate init(_ reader: inout JSONReader) throws(JSONParseError) {
        self.init(id: "", roles: [])
        try reader.object { name, reader throws(JSONParseError) in
            switch name {
            case "id": id = try reader.string()
            case "roles": roles = try reader.strings()
            default: _ = try reader.value()
            }
        }
    }
}

extension Resource {
    fileprivate init(_ reader: inout JSONReader) throws(JSONParseError) {
        self.init(type: "")
        try reader.object { name, reader throws(JSONParseError) in
            switch name {
            case "type": type = try reader.string()
            case "id": id = try reader.optionalString()
            case "properties": try readProperties(&reader)
            default: _ = try reader.value()
            }
        }
        guard !type.isEmpty else { throw reader.failure("`resource.type` is missing") }
    }

    private mutating func readProperties(_ reader: inout JSONReader) throws(JSONParseError) {
        if try reader.skipsNull() { return }
        try reader.object { name, reader throws(JSONParseError) in
            switch name {
            case "tenant": tenant = try reader.optionalString()
            case "subject_id": subjectID = try reader.optionalString()
            case "manager_chain":
                let chain = try reader.value()
                if !chain.isNull {
                    managerChain = chain.array?.compactMap(\.string)
                    guard let managerChain, managerChain.count == chain.array?.count else {
                        throw reader.failure("must be an array of strings")
                    }
                }
            default: attributes[name] = try reader.value()
            }
        }
    }
}

extension RequestContext {
    fileprivate init(_ reader: inout JSONReader) throws(JSONParseError) {
        self.init()
        try reader.object { name, reader throws(JSONParseError) in
            switch name {
            case "time": time = try reader.instant()
            case "ip": ip = try reader.optionalString()
            case "request_id": requestID = try reader.optionalString()
            case "reason": reason = try reader.optionalString()
            case "approvals": approvals = try reader.approvals()
            case "emergency": emergency = try reader.emergency()
            default: _ = try reader.value()
            }
        }
    }
}

extension JSONReader {
    /// Reads an instant of RFC 3339, or nothing from `null`.
    mutating func instant() throws(JSONParseError) -> Instant? {
        guard let text = try optionalString() else { return nil }
        guard let instant = Instant(rfc3339: text) else { throw failure("must be an RFC 3339 instant") }
        return instant
    }
}
