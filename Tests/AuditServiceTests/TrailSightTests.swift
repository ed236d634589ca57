import AuditCore
import PolicyCore
import TestSupport
import Testing
import WireFormat

@testable import AuditService

@Suite("What a reader sees of an event")
struct TrailSightTests {
    /// A plan as PolicyEngine sends it.
    private static func plan(
        _ module: String, rows: Filter = .all, _ classes: [(name: String, fields: [String], read: Filter)]
    ) throws -> Plan {
        try Plan(wire: [
            "version": 1, "action": .string(module + ".view"), "tenant": "t", "rows": rows.wire, "scope": "all",
            "rules": [], "revision": "r",
            "classes": .array(
                classes.map {
                    [
                        "name": .string($0.name), "fields": JSONValue($0.fields), "sensitive": false,
                        "read": $0.read.wire, "write": ["op": "none"],
                    ]
                }),
        ])
    }

    private static let person = UUIDv7.generate()

    private static func event(_ type: String = "employee", person: UUIDv7? = person) -> JSONValue {
        AuditEvent(
            id: .generate(), tenant: TenantID(.generate()), time: .now(), actor: EventActor(kind: .member, id: "a"),
            action: type + ".update", resource: EventResource(type: type, id: "x", person: person), outcome: .allowed,
            ip: "192.0.2.7",
            changes: [
                .plain("grade", before: "G7", after: "G8"), .plain("job_title", before: nil, after: "Cook"),
                .sensitive("salary", before: nil, after: .digest(Array(repeating: 7, count: 32))),
            ], metadata: ["origin": "hr"]
        ).wire
    }

    @Test("a member in a closed class, or in none, is left out and named, whether the event has it or not")
    func members() throws {
        let sight = TrailSight(
            try Self.plan(
                "audit",
                [
                    ("event", TrailSight.frame, .all), ("connection", ["ip"], .none),
                    ("more", ["changes", "metadata"], .all),
                ]))
        #expect(sight.opensTrail)
        let shown = ShownEvent(Self.event(), sequence: 4, sight, .whole)
        #expect(shown.wire["ip"] == nil)
        #expect(shown.wire["metadata"] == ["origin": "hr"])
        #expect(shown.wire["sequence"] == 4)
        #expect(
            shown.wire["withheld"] == ["browser", "decision", "device", "ip", "persons", "reason"])
        #expect(!shown.isWhole)
        #expect(ShownEvent(Self.event(), sequence: 4, .whole, .whole).isWhole)
    }

    @Test("a class is applied row by row; what the trail does not know keeps it closed")
    func rowByRow() throws {
        let filters: [(Filter, ofPerson: Bool, ofNobody: Bool)] = [
            (.about(subject: Self.person.text), true, false),
            (.not(.about(subject: Self.person.text)), false, false),
            (.inChain(subject: Self.person.text, depth: .any), false, false),
            (.not(.inChain(subject: Self.person.text, depth: .any)), false, false),
            (.compare(attribute: "resource_type", .equal, "employee"), true, true),
            (.compare(attribute: "actor_id", .equal, "b"), false, false),
            (.not(.compare(attribute: "ip", .equal, "198.51.100.1")), false, false),
        ]
        for (filter, ofPerson, ofNobody) in filters {
            let sight = TrailSight(
                try Self.plan("audit", [("event", TrailSight.frame, .all), ("connection", ["ip"], filter)]))
            #expect(sight.withheld(from: Self.event()).contains("ip") == !ofPerson, "\(filter)")
            #expect(sight.withheld(from: Self.event(person: nil)).contains("ip") == !ofNobody, "\(filter)")
        }
    }

    @Test("the trail opens only to whoever may read of every event what it is found by")
    func frame() throws {
        for missing in TrailSight.frame {
            let rest = TrailSight.frame.filter { $0 != missing }
            let without = TrailSight(try Self.plan("audit", [("event", rest, .all)]))
            let partly = TrailSight(
                try Self.plan("audit", [("event", rest, .all), ("part", [missing], .about(subject: Self.person.text))]))
            #expect(!without.opensTrail && !partly.opensTrail, "\(missing)")
        }
    }

    @Test("values of a change are shown only where the field is open for every record, earlier states included")
    func changes() throws {
        let partly = Filter.about(subject: Self.person.text)
        func shown(_ plans: [String: Plan], _ event: JSONValue = Self.event()) -> [String] {
            let changes = ShownEvent(event, sequence: 0, .whole, ChangeSight(plans)).wire["changes"]?.array ?? []
            return changes.filter { $0["withheld"] == nil }.compactMap { $0["field"]?.string }
        }
        let open: [(name: String, fields: [String], read: Filter)] = [
            ("identity", ["job_title"], .all), ("employment", ["grade"], .none), ("pay", ["salary"], partly),
        ]
        #expect(shown(["employee": try Self.plan("employee", open)]) == ["job_title"])
        #expect(shown(["employee": try Self.plan("employee", open + [("history", [], .all)])]) == ["job_title"])
        #expect(shown(["employee": try Self.plan("employee", open + [("history", [], .none)])]) == [])
        #expect(shown(["employee": try Self.plan("employee", rows: partly, open)]) == [])
        // A type that was not asked about, or that no module governs.
        #expect(shown([:]) == [])
        #expect(shown(["employee": try Self.plan("employee", open)], Self.event("client")) == [])
    }

    @Test("a change whose values are closed tells the field and nothing else")
    func closedChange() throws {
        let shown = ShownEvent(Self.event(), sequence: 0, .whole, ChangeSight([:]))
        let closed: [JSONValue] = ["grade", "job_title", "salary"].map {
            ["field": $0, "withheld": ["before", "after"]]
        }
        #expect(shown.wire["changes"] == .array(closed))
        #expect(shown.wire["withheld"] == [])
        #expect(!shown.isWhole)
    }

    @Test("every member of an event is of the frame or in a class of its own")
    func everyMember() {
        let frame: Set<String> = [
            "version", "id", "tenant", "time", "actor", "action", "resource", "outcome", "request_id",
        ]
        let event = AuditEvent(
            id: .generate(), tenant: TenantID(.generate()), time: .now(), actor: .anonymous, action: "a.b",
            resource: EventResource(type: "t"), outcome: .denied, reason: "r",
            decision: EventDecision(id: "d", revision: "r"), requestID: .generate(), ip: "i", device: "d", browser: "b",
            changes: [.plain("f", before: nil, after: 1)], persons: [.generate()], metadata: ["k": 1])
        let members = Set(event.wire.object?.keys.map { String($0) } ?? [])
        #expect(members.subtracting(frame).sorted() == TrailSight.members)
    }
}
