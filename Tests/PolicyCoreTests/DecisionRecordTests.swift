import PolicyCore
import Testing
import WireFormat

/// From a record alone the same decision comes out again.
struct DecisionRecordTests {
    @Test(arguments: 0..<4)
    func aRecordGivesItsDecisionAgain(_ part: Int) throws {
        var generator = SeededGenerator(seed: 1200 + UInt64(part))
        var omitted = 0
        for _ in 0..<40 {
            let policy = try RandomPolicy(&generator)
            let forest = RandomForest(&generator, count: 12)
            let roles = RandomPolicy.roles.filter { _ in generator.chance(40) }
            let hops = generator.chance(25) ? [Subject.Hop(id: "agent", roles: roles)] : []
            let subject = Subject(
                tenant: "acme", id: "m", roles: roles,
                employeeID: generator.chance(85) ? RandomForest.id(Int.random(in: 0..<12, using: &generator)) : nil,
                amr: ["pwd"], act: hops)
            for record in forest.records {
                let request = DecisionRequest(
                    subject: subject, action: "employee.view", resource: record,
                    context: RequestContext(ip: "192.0.2.1", requestID: "q"))
                let made = policy.bundle.record(request)
                #expect(made.decision == policy.bundle.check(request))
                let read = try DecisionRecord(wire: JSONValue.parse(made.wire.bytes()))
                #expect(read.wire == made.wire)
                #expect(made.agrees(with: try read.replay(on: policy.bundle)))
                // Nothing is kept but what was read.
                for name in made.request.resource.attributes.keys { #expect(made.read.contains("resource.\(name)")) }
                #expect(made.request.context.ip == nil && made.request.subject.amr.isEmpty)
                omitted += record.attributes.count - made.request.resource.attributes.count
            }
        }
        #expect(omitted > 0)
    }

    private static func bundle() throws -> PolicyBundle {
        try PolicyBundle.load(files: [
            PolicyFile(path: "roles.yaml", text: "roles: {hr: {}, boss: {}}\n"),
            PolicyFile(
                path: "m.yaml",
                text: """
                    module: m
                    owner: hr
                    about: person
                    attributes: {person: employee, state: string, iban: {type: string, sealed: true}, level: integer}
                    actions: {pay: {}}
                    grants:
                      - {id: own, roles: [hr], actions: [pay], scope: self, when: 'resource.iban != "" && subject.amr == ["otp"]'}
                    obligations:
                      - {id: fresh, actions: [pay], type: step_up, max_age: 5m}
                    """),
        ])
    }

    private static let request = DecisionRequest(
        subject: Subject(tenant: "acme", id: "m", roles: ["hr"], employeeID: "e", amr: ["otp"]), action: "m.pay",
        resource: Resource(
            type: "m", id: "1", tenant: "acme", managerChain: ["x"],
            attributes: ["person": "e", "state": "open", "iban": "DE02", "level": .null]),
        context: RequestContext(time: Instant(rfc3339: "2026-03-01T09:00:00Z"), ip: "192.0.2.1"))

    @Test func aRecordHoldsWhatWasRead() throws {
        let bundle = try Self.bundle()
        let record = bundle.record(Self.request)
        #expect(
            record.read == [
                "context.time", "resource.iban", "resource.person", "resource.subject_id", "subject.amr",
                "subject.auth_time", "subject.employee_id",
            ])
        #expect(record.sealed == ["iban"])
        #expect(
            record.request.wire.text
                == #"{"action":{"name":"m.pay"},"context":{"time":"2026-03-01T09:00:00.000000Z"},"resource":{"id":"1","properties":{"iban":"DE02","person":"e","tenant":"acme"},"type":"m"},"subject":{"id":"m","properties":{"amr":["otp"],"employee_id":"e","roles":["hr"],"tenant":"acme"},"type":"member"}}"#
        )
        #expect(record.revision == bundle.revision && record.engineVersion == PolicyBundle.engineVersion)
        #expect(!record.timeZones.isEmpty)
        #expect(record.wire.bytes() == bundle.record(Self.request).wire.bytes())
        // The id that a service gives is no part of what is compared.
        var answered = record.decision
        answered.id = "d-1"
        #expect(record.agrees(with: answered))
    }

    @Test func aRecordOfOtherPoliciesIsNotDecidedAgain() throws {
        let record = try Self.bundle().record(Self.request)
        let other = try Fixtures.bundle(grants: "  - {roles: [hr], actions: [view], scope: all}")
        let error = #expect(throws: ReplayError.self) { try record.replay(on: other) }
        #expect(error?.cause.hasPrefix("the record has revision `") == true)
    }

    @Test func aChangedRecordDoesNotAgree() throws {
        let bundle = try Self.bundle()
        let text = bundle.record(Self.request).wire.text.replacing(#""amr":["otp"]"#, with: #""amr":["pwd"]"#)
        let record = try DecisionRecord(wire: JSONValue.parse(text))
        #expect(!record.agrees(with: try record.replay(on: bundle)))
    }

    @Test(arguments: [
        #"{"version":2}"#, "[]", #"{"version":1,"request":{}}"#, #"{"version":1,"more":1}"#,
    ])
    func whatIsNoRecordIsRefused(_ text: String) {
        #expect(throws: WireShapeError.self) { try DecisionRecord(wire: JSONValue.parse(text)) }
    }
}
