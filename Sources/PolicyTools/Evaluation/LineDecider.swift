public import PolicyCore
public import WireFormat

/// Answers AuthZEN evaluation requests (§6.1), a JSON text each, with every fact from the caller (`facts: caller`).
public struct LineDecider: Sendable {
    private let bundle: PolicyBundle

    /// Decides by this bundle.
    public init(bundle: PolicyBundle) { self.bundle = bundle }

    /// The decision's wire form, or `{"error": …}`.
    public func answer(_ line: String) -> JSONValue {
        do {
            return bundle.check(try DecisionRequest(authZEN: try JSONValue.parse(line))).wire
        } catch let error as RequestShapeError {
            return ["error": .string(error.cause)]
        } catch {
            return ["error": .string("\(error)")]
        }
    }
}

/// Why a JSON object is no request.
public struct RequestShapeError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The cause, lower case, names in backticks.
    public let cause: String

    init(_ cause: String) { self.cause = cause }

    /// The cause.
    public var description: String { cause }
}

extension DecisionRequest {
    /// Reads `{"subject": {"type", "id", "properties": {"tenant", "roles", "employee_id", "amr", "auth_time", "act":
    /// [{"id", "roles"}]}}, "action": {"name"}, "resource": {"type", "id", "properties": {"tenant", "subject_id",
    /// "manager_chain", …}}, "context": {"time", "ip", "request_id", "reason", "approvals", "emergency"}}`.
    ///
    /// `null` is a fact that is not stated. What AuthZEN does not know is ignored, as it demands.
    public init(authZEN value: JSONValue) throws(RequestShapeError) {
        let request = try RequestMembers(value, "the request")
        let action = try request.members("action")
        self.init(
            subject: try Subject(members: try request.members("subject")), action: try action.text("name"),
            resource: try Resource(members: try request.members("resource")),
            context: try RequestContext(members: request.optionalMembers("context")))
    }
}

extension Subject {
    fileprivate init(members: RequestMembers) throws(RequestShapeError) {
        let facts = try members.optionalMembers("properties")
        var hops: [Hop] = []
        for each in try facts.objects("act") {
            hops.append(Hop(id: try each.text("id"), roles: try each.texts("roles") ?? []))
        }
        self.init(
            tenant: try facts.optionalText("tenant"), id: try members.text("id"), roles: try facts.texts("roles") ?? [],
            employeeID: try facts.optionalText("employee_id"), amr: try facts.texts("amr") ?? [],
            authTime: try facts.instant("auth_time"), act: hops)
    }
}

extension Resource {
    fileprivate init(members: RequestMembers) throws(RequestShapeError) {
        let facts = try members.optionalMembers("properties")
        self.init(
            type: try members.text("type"), id: try members.optionalText("id"),
            tenant: try facts.optionalText("tenant"),
            subjectID: try facts.optionalText("subject_id"), managerChain: try facts.texts("manager_chain"),
            attributes: facts.members.filter { !["tenant", "subject_id", "manager_chain"].contains($0.key) })
    }
}

extension RequestContext {
    fileprivate init(members: RequestMembers) throws(RequestShapeError) {
        self.init(
            time: try members.instant("time"), ip: try members.optionalText("ip"),
            requestID: try members.optionalText("request_id"), reason: try members.optionalText("reason"))
        for each in try members.objects("approvals") {
            approvals.append(
                Approval(
                    approver: try each.text("approver"), roles: try each.texts("roles") ?? [],
                    action: try each.text("action"), resourceID: try each.optionalText("resource_id"),
                    time: try each.requiredInstant("time")))
        }
        if members["emergency"] != nil {
            let each = try members.members("emergency")
            emergency = Emergency(
                reason: try each.text("reason"), since: try each.requiredInstant("since"),
                until: try each.requiredInstant("until"))
        }
    }
}

/// Reads the members of one object of a request; `null` counts as absent.
private struct RequestMembers {
    let members: [String: JSONValue]
    private let place: String

    init(_ value: JSONValue, _ place: String) throws(RequestShapeError) {
        guard let members = value.object else { throw RequestShapeError("\(place) is \(value.kind), not an object") }
        self.members = members
        self.place = place
    }

    subscript(_ name: String) -> JSONValue? {
        guard let value = members[name], !value.isNull else { return nil }
        return value
    }

    func text(_ name: String) throws(RequestShapeError) -> String {
        guard let text = try optionalText(name), !text.isEmpty else {
            throw RequestShapeError("`\(name)` is missing in \(place)")
        }
        return text
    }

    func optionalText(_ name: String) throws(RequestShapeError) -> String? {
        guard let value = self[name] else { return nil }
        guard let text = value.string else { throw wrong(name, value, "a string") }
        return text
    }

    func texts(_ name: String) throws(RequestShapeError) -> [String]? {
        guard let value = self[name] else { return nil }
        guard let items = value.array, items.allSatisfy({ $0.string != nil }) else {
            throw wrong(name, value, "an array of strings")
        }
        return items.compactMap(\.string)
    }

    func instant(_ name: String) throws(RequestShapeError) -> Instant? {
        guard let text = try optionalText(name) else { return nil }
        guard let instant = Instant(rfc3339: text) else {
            throw RequestShapeError("`\(name)` of \(place) is not an RFC 3339 time")
        }
        return instant
    }

    func requiredInstant(_ name: String) throws(RequestShapeError) -> Instant {
        guard let instant = try instant(name) else { throw RequestShapeError("`\(name)` is missing in \(place)") }
        return instant
    }

    func members(_ name: String) throws(RequestShapeError) -> RequestMembers {
        guard let value = self[name] else { throw RequestShapeError("`\(name)` is missing in \(place)") }
        return try RequestMembers(value, "`\(name)`")
    }

    func optionalMembers(_ name: String) throws(RequestShapeError) -> RequestMembers {
        try RequestMembers(self[name] ?? .object([:]), "`\(name)`")
    }

    func objects(_ name: String) throws(RequestShapeError) -> [RequestMembers] {
        guard let value = self[name] else { return [] }
        guard let items = value.array else { throw wrong(name, value, "an array") }
        var read: [RequestMembers] = []
        for item in items { read.append(try RequestMembers(item, "an item of `\(name)`")) }
        return read
    }

    private func wrong(_ name: String, _ value: JSONValue, _ wanted: String) -> RequestShapeError {
        RequestShapeError("`\(name)` of \(place) is not \(wanted)")
    }
}
