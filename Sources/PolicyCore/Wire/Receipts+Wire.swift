import WireFormat

/// What receipts prove, as the one trusted enforcement point states it (`facts: caller`).
///
/// PolicyEngine's own routes never come here with a body of somebody else: `FactRules` takes approvals and emergencies
/// from verified receipts only.
extension JSONReader {
    /// Reads `[{"approver", "roles", "action", "resource_id", "time"}]`, or nothing from `null`.
    mutating func approvals() throws(JSONParseError) -> [Approval] {
        var approvals: [Approval] = []
        if try skipsNull() { return approvals }
        try array { reader throws(JSONParseError) in approvals.append(try reader.approval()) }
        return approvals
    }

    /// Reads `{"reason", "since", "until"}`, or nothing from `null`.
    mutating func emergency() throws(JSONParseError) -> Emergency? {
        if try skipsNull() { return nil }
        var reason: String?
        var since: Instant?
        var until: Instant?
        try object { name, reader throws(JSONParseError) in
            switch name {
            case "reason": reason = try reader.string()
            case "since": since = try reader.optionalInstant()
            case "until": until = try reader.optionalInstant()
            default: _ = try reader.value()
            }
        }
        guard let reason, let since, let until else {
            throw failure("an emergency has `reason`, `since` and `until`")
        }
        return Emergency(reason: reason, since: since, until: until)
    }

    private mutating func approval() throws(JSONParseError) -> Approval {
        var approver: String?
        var roles: [String] = []
        var action: String?
        var resourceID: String?
        var time: Instant?
        try object { name, reader throws(JSONParseError) in
            switch name {
            case "approver": approver = try reader.string()
            case "roles": if try !reader.skipsNull() { roles = try reader.strings() }
            case "action": action = try reader.string()
            case "resource_id": resourceID = try reader.optionalString()
            case "time": time = try reader.optionalInstant()
            default: _ = try reader.value()
            }
        }
        guard let approver, let action, let time else {
            throw failure("an approval has `approver`, `action` and `time`")
        }
        return Approval(approver: approver, roles: roles, action: action, resourceID: resourceID, time: time)
    }
}
