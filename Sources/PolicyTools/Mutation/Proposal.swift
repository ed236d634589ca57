import PolicyCore
import WireFormat

/// A case that is missing: it comes out as expected now, and not with the mutation.
public struct Proposal: Sendable {
    /// The case and what it names, as YAML of a suite.
    public let yaml: String
    /// The suite whose subjects and resources it names; nil when it brings its own.
    public let suite: String?

    init(_ mutation: Mutation, _ candidate: RequestSpace.Candidate, _ now: Decision, _ then: Decision) {
        suite = candidate.suite
        let request = candidate.request
        let (subject, resource) = (candidate.subject ?? "asking", candidate.resource ?? "record")
        var lines: [String] = []
        if candidate.suite == nil {
            lines += ["subjects:", "  \(subject): \(Self.flow(Self.wire(request.subject)))"]
            lines += ["resources:", "  \(resource): \(Self.flow(Self.wire(request.resource)))"]
        }
        lines += ["cases:", "  - name: \(Self.quoted("\(mutation.rule): \(mutation.change)"))"]
        lines += ["    subject: \(subject)", "    action: \(request.action)", "    resource: \(resource)"]
        if let time = request.context.time { lines.append("    now: \(Self.short(time))") }
        let context = Self.wire(request.context)
        if context != .object([:]) { lines.append("    context: \(Self.flow(context))") }
        lines.append("    expect: \(Self.expected(now, then))")
        yaml = lines.joined(separator: "\n")
    }

    /// What the answer is now, as far as it is another with the mutation.
    private static func expected(_ now: Decision, _ then: Decision) -> String {
        let word = now.isAllowed ? "allow" : "deny"
        if now.isAllowed != then.isAllowed { return word }
        var members = ["decision: \(word)"]
        func list(_ key: String, _ now: [String], _ then: [String]) {
            if now != then { members.append("\(key): [\(now.joined(separator: ", "))]") }
        }
        list("readable", now.fields.readableClasses, then.fields.readableClasses)
        list("writable", now.fields.writableClasses, then.fields.writableClasses)
        list("obligations", now.obligations.map(\.id).sorted(), then.obligations.map(\.id).sorted())
        return "{\(members.joined(separator: ", "))}"
    }

    // MARK: - The parts as a suite writes them

    private static func wire(_ subject: Subject) -> JSONValue {
        var members: [String: JSONValue] = ["id": .string(subject.id), "roles": JSONValue(subject.roles)]
        if let tenant = subject.tenant { members["tenant"] = .string(tenant) }
        if let employee = subject.employeeID { members["employee_id"] = .string(employee) }
        if !subject.amr.isEmpty { members["amr"] = JSONValue(subject.amr) }
        if let time = subject.authTime { members["auth_time"] = .string(short(time)) }
        if !subject.act.isEmpty {
            members["act"] = .array(subject.act.map { ["id": .string($0.id), "roles": JSONValue($0.roles)] })
        }
        return .object(members)
    }

    private static func wire(_ resource: Resource) -> JSONValue {
        var members: [String: JSONValue] = ["type": .string(resource.type)]
        if let id = resource.id { members["id"] = .string(id) }
        if let tenant = resource.tenant { members["tenant"] = .string(tenant) }
        if let person = resource.subjectID { members["subject_id"] = .string(person) }
        if let chain = resource.managerChain { members["manager_chain"] = JSONValue(chain) }
        let stated = resource.attributes.filter { !$0.value.isNull }
        if !stated.isEmpty { members["attributes"] = .object(stated) }
        return .object(members)
    }

    private static func wire(_ context: RequestContext) -> JSONValue {
        var members: [String: JSONValue] = [:]
        if let ip = context.ip { members["ip"] = .string(ip) }
        if let id = context.requestID { members["request_id"] = .string(id) }
        if let reason = context.reason { members["reason"] = .string(reason) }
        if !context.approvals.isEmpty {
            members["approvals"] = .array(
                context.approvals.map {
                    var each: [String: JSONValue] = [
                        "approver": .string($0.approver), "roles": JSONValue($0.roles), "action": .string($0.action),
                        "time": .string(short($0.time)),
                    ]
                    if let id = $0.resourceID { each["resource_id"] = .string(id) }
                    return .object(each)
                })
        }
        if let emergency = context.emergency {
            members["emergency"] = [
                "reason": .string(emergency.reason), "since": .string(short(emergency.since)),
                "until": .string(short(emergency.until)),
            ]
        }
        return .object(members)
    }

    // MARK: - YAML

    private static func short(_ time: Instant) -> String {
        time.rfc3339.replacing(".000000Z", with: "Z")
    }

    /// In flow style, keys sorted.
    private static func flow(_ value: JSONValue) -> String {
        switch value {
        case .object(let members):
            "{" + members.sorted { $0.key < $1.key }.map { "\($0.key): \(flow($0.value))" }.joined(separator: ", ")
                + "}"
        case .array(let items): "[" + items.map(flow).joined(separator: ", ") + "]"
        case .string(let text): isPlain(text) ? text : quoted(text)
        default: value.text
        }
    }

    /// Whether YAML reads the text as this very string without quotes.
    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first | 0x20) else {
            return false
        }
        return !["true", "false", "null"].contains(text.lowercased())
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-_.".utf8.contains(byte)
            }
    }

    /// JSON's string is YAML's double-quoted one.
    private static func quoted(_ text: String) -> String { JSONValue.string(text).text }
}
