import AuditClient
import AuditCore
import ServiceKit
import Testing
import WireFormat

@testable import AuditService

@Suite("What may enter the log")
struct IngestRulesTests {
    static let tenant = TenantID(.generate())
    static let now = Instant(seconds: 1_795_000_000)

    /// One event that differs in one thing from a good one.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        var tenant = IngestRulesTests.tenant
        var at = IngestRulesTests.now
        var idAt: Instant?
        var origin: String? = "hr"
        var change: @Sendable (inout [String: JSONValue]) -> Void = { _ in }
        var refusal: String?
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "a good event"),
        Case(name: "30 days old", at: now.adding(.seconds(-30 * 86_400))),
        Case(name: "another tenant's", tenant: .system, refusal: "`/event/tenant`"),
        Case(name: "of another origin", origin: "auth", refusal: "`/event/metadata/origin`"),
        Case(name: "without origin", origin: nil, refusal: "`/event/metadata/origin`"),
        Case(name: "32 days old", at: now.adding(.seconds(-32 * 86_400)), refusal: "is too old"),
        Case(name: "of tomorrow", at: now.adding(.seconds(86_400)), refusal: "`/event/id` is in the future"),
        Case(name: "with an id of tomorrow", idAt: now.adding(.seconds(86_400)), refusal: "`/event/id`"),
        Case(
            name: "with a false commitment", change: { $0["commitment"] = .string(String(repeating: "0", count: 64)) },
            refusal: "/commitment"),
        Case(name: "with a short salt", change: { $0["salt"] = "AAAA" }, refusal: "/salt"),
        Case(name: "with an unknown field", change: { $0["note"] = "x" }, refusal: "/note"),
        Case(name: "without event", change: { $0["event"] = nil }, refusal: "/event"),
        Case(name: "no event at all", change: { $0["event"] = .array([]) }, refusal: "/event"),
        Case(
            name: "of version 2",
            change: { members in
                var event = members["event"]?.object ?? [:]
                event["version"] = 2
                members["event"] = .object(event)
            }, refusal: "/event/version"),
    ]

    @Test("each is admitted, or refused with what is wrong", arguments: cases)
    func admission(_ example: Case) throws {
        let event = AuditEvent(
            id: .generate(at: example.idAt ?? example.at), tenant: example.tenant, time: example.at,
            actor: .anonymous, action: "employee.view", resource: EventResource(type: "employee"), outcome: .allowed,
            metadata: example.origin.map { ["origin": .string($0)] } ?? [:])
        var members = try CommittedEvent(event).wire.object ?? [:]
        example.change(&members)
        let rules = IngestRules(caller: .hr, tenant: Self.tenant, now: Self.now)
        if let refusal = example.refusal {
            let error = #expect(throws: IngestRules.Refusal.self) { try rules.admit(.object(members)) }
            #expect(error?.reason.contains(refusal) == true, "\(error?.reason ?? "")")
        } else {
            #expect(try rules.admit(.object(members)).event == event)
        }
    }
}
