public import WireFormat

extension DecisionRequest: WireEncodable {
    /// The request as `DecisionRequest(json:)` reads it, with the facts that are stated and no others.
    public var wire: JSONValue {
        var members: [String: JSONValue] = [
            "subject": subject.wire, "action": ["name": .string(action)], "resource": resource.wire,
        ]
        let context = context.members
        if !context.isEmpty { members["context"] = .object(context) }
        return .object(members)
    }
}

extension Subject {
    fileprivate var wire: JSONValue {
        var facts: [String: JSONValue] = ["roles": JSONValue(roles)]
        if let tenant { facts["tenant"] = .string(tenant) }
        if let employeeID { facts["employee_id"] = .string(employeeID) }
        if !amr.isEmpty { facts["amr"] = JSONValue(amr) }
        if let authTime { facts["auth_time"] = .string(authTime.rfc3339) }
        if !act.isEmpty { facts["act"] = .array(act.map { ["id": .string($0.id), "roles": JSONValue($0.roles)] }) }
        return ["type": "member", "id": .string(id), "properties": .object(facts)]
    }
}

extension Resource {
    /// An attribute that has the name of a fact of ours gives way to it, as it does when a request is read.
    fileprivate var wire: JSONValue {
        var facts = attributes
        facts["tenant"] = tenant.map(JSONValue.string)
        facts["subject_id"] = subjectID.map(JSONValue.string)
        facts["manager_chain"] = managerChain.map(JSONValue.init)
        var members: [String: JSONValue] = ["type": .string(type), "properties": .object(facts)]
        if let id { members["id"] = .string(id) }
        return .object(members)
    }
}

extension RequestContext {
    fileprivate var members: [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        if let time { members["time"] = .string(time.rfc3339) }
        if let ip { members["ip"] = .string(ip) }
        if let requestID { members["request_id"] = .string(requestID) }
        if let reason { members["reason"] = .string(reason) }
        if !approvals.isEmpty { members["approvals"] = .array(approvals.map(\.wire)) }
        if let emergency {
            members["emergency"] = [
                "reason": .string(emergency.reason), "since": .string(emergency.since.rfc3339),
                "until": .string(emergency.until.rfc3339),
            ]
        }
        return members
    }
}

extension Approval {
    fileprivate var wire: JSONValue {
        var members: [String: JSONValue] = [
            "approver": .string(approver), "roles": JSONValue(roles), "action": .string(action),
            "time": .string(time.rfc3339),
        ]
        if let resourceID { members["resource_id"] = .string(resourceID) }
        return .object(members)
    }
}
