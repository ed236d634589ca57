import AuditCore
import Testing
import WireFormat

/// An event with every field set, and its canonical form and commitment as Python's `json` and `hashlib` make them.
enum SampleEvents {
    static let tenantText = "0193e2a1-7b3c-7c00-8a00-000000000001"

    static func id(_ suffix: String) throws -> UUIDv7 {
        try #require(UUIDv7("0193e2a1-7b3c-7c00-8a00-0000000000\(suffix)"))
    }

    static func tenant() throws -> TenantID { try #require(TenantID(tenantText)) }

    static func full() throws -> AuditEvent {
        AuditEvent(
            id: try id("aa"), tenant: try tenant(),
            time: try #require(Instant(rfc3339: "2026-11-21T01:02:03.000004Z")),
            actor: EventActor(
                kind: .member, id: try id("bb").text, roles: ["hr_lead"], session: try id("cc"),
                via: [EventParty(kind: .agent, id: "payroll-bot")]),
            action: "employee.update",
            resource: EventResource(type: "employee", id: try id("dd").text, person: try id("dd")),
            outcome: .allowed, reason: "annual review",
            decision: EventDecision(id: "d-1", rule: "hr_lead/employee.update", revision: "r-7", scope: "all"),
            requestID: RequestID("req-1"), ip: "192.0.2.7", device: "Linux", browser: "Firefox 140",
            changes: [
                .plain("job_title", before: "Analyst", after: "Sénior €"),
                .sensitive("salary", before: .digest([UInt8](repeating: 0, count: 32)), after: .sealed([1, 2, 3])),
            ],
            persons: [try id("dd")], metadata: ["module": "employees", "rows": 1])
    }

    static func plain(_ number: Int, tenant: TenantID) -> AuditEvent {
        AuditEvent(
            id: .generate(at: Instant(seconds: 1_795_000_000 + Int64(number))), tenant: tenant,
            time: Instant(seconds: 1_795_000_000 + Int64(number)), actor: .anonymous, action: "session.create",
            resource: EventResource(type: "session"), outcome: .denied, metadata: ["number": .integer(Int64(number))])
    }

    static let salt = Array(UInt8(0)..<32)

    static let canonical = """
        {"action":"employee.update","actor":{"id":"0193e2a1-7b3c-7c00-8a00-0000000000bb","roles":["hr_lead"],\
        "session":"0193e2a1-7b3c-7c00-8a00-0000000000cc","type":"member","via":[{"id":"payroll-bot","type":"agent"}]},\
        "browser":"Firefox 140","changes":[{"after":{"plain":"Sénior €"},"before":{"plain":"Analyst"},\
        "field":"job_title"},{"after":{"sealed":"AQID"},"before":{"digest":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},\
        "field":"salary","sensitive":true}],"decision":{"id":"d-1","revision":"r-7","rule":"hr_lead/employee.update",\
        "scope":"all"},"device":"Linux","id":"0193e2a1-7b3c-7c00-8a00-0000000000aa","ip":"192.0.2.7",\
        "metadata":{"module":"employees","rows":1},"outcome":"allowed",\
        "persons":["0193e2a1-7b3c-7c00-8a00-0000000000dd"],"reason":"annual review","request_id":"req-1",\
        "resource":{"id":"0193e2a1-7b3c-7c00-8a00-0000000000dd","person":"0193e2a1-7b3c-7c00-8a00-0000000000dd",\
        "type":"employee"},"tenant":"0193e2a1-7b3c-7c00-8a00-000000000001","time":"2026-11-21T01:02:03.000004Z",\
        "version":1}
        """

    static let commitment = "36a363aa2c3ebe411e52b7a4df4c306584b1ce525ec3fc0fc74b82457c042d69"
}
