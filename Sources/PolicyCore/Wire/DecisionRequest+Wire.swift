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
        try self.init(json: json, attributes: nil)
    }

    /// Reads a request for policies that look at no other attributes than these; others are read over.
    init(json: [UInt8], attributes: TextIndex<Bool>?) throws(JSONParseError) {
        self = try JSONReader.read(json) { reader throws(JSONParseError) in try Self(&reader, attributes) }
    }

    private init(_ reader: inout JSONReader, _ attributes: TextIndex<Bool>?) throws(JSONParseError) {
        var subject: Subject?
        var action: String?
        var resource: Resource?
        var context = RequestContext()
        try reader.object { name, reader throws(JSONParseError) in
            switch name {
            case "subject": subject = try Subject(&reader)
            case "action":
                try reader.object { name, reader throws(JSONParseError) in
                    if case "name" = name { action = try reader.string() } else { try reader.skip() }
                }
            case "resource": resource = try Resource(&reader, attributes)
            case "context": context = try RequestContext(&reader)
            default: try reader.skip()
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
            default: try reader.skip()
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
            case "auth_time": authTime = try reader.optionalInstant()
            case "act":
                if try reader.skipsNull() { return }
                try reader.array { reader throws(JSONParseError) in act.append(try Hop(&reader)) }
            default: try reader.skip()
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
            default: try reader.skip()
            }
        }
    }
}

extension Resource {
    fileprivate init(_ reader: inout JSONReader, _ wanted: TextIndex<Bool>?) throws(JSONParseError) {
        self.init(type: "")
        try reader.object { name, reader throws(JSONParseError) in
            switch name {
            case "type": type = try reader.string()
            case "id": id = try reader.optionalString()
            case "properties": try readProperties(&reader, wanted)
            default: try reader.skip()
            }
        }
        guard !type.isEmpty else { throw reader.failure("`resource.type` is missing") }
    }

    /// Attributes for which there is room from the start: most records have fewer.
    private static let usualAttributes = 12

    private mutating func readProperties(
        _ reader: inout JSONReader, _ wanted: TextIndex<Bool>?
    ) throws(JSONParseError) {
        if try reader.skipsNull() { return }
        stated.reserveCapacity(wanted.map { min($0.count, Self.usualAttributes) } ?? Self.usualAttributes)
        try reader.object { name, reader throws(JSONParseError) in
            switch name {
            case "tenant": tenant = try reader.optionalString()
            case "subject_id": subjectID = try reader.optionalString()
            case "manager_chain": managerChain = try reader.optionalStrings()
            case _ where wanted.map({ !$0.contains(name) }) ?? false: try reader.skip()
            default: stated.append(name.text, try reader.value())
            }
        }
    }
}

extension RequestContext {
    fileprivate init(_ reader: inout JSONReader) throws(JSONParseError) {
        self.init()
        try reader.object { name, reader throws(JSONParseError) in
            switch name {
            case "time": time = try reader.optionalInstant()
            case "ip": ip = try reader.optionalString()
            case "request_id": requestID = try reader.optionalString()
            case "reason": reason = try reader.optionalString()
            case "approvals": approvals = try reader.approvals()
            case "emergency": emergency = try reader.emergency()
            default: try reader.skip()
            }
        }
    }
}
