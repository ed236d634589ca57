import AuditCore
import Testing
import WireFormat

@Suite struct AuditEventTests {
    @Test func theCanonicalFormAndTheCommitmentAreWhatAnotherProgramMakes() throws {
        let event = try SampleEvents.full()
        #expect(String(decoding: event.canonicalBytes, as: UTF8.self) == SampleEvents.canonical)
        let salt = try #require(EventSalt(bytes: SampleEvents.salt))
        #expect(try CommittedEvent(event, salt: salt).commitment.hex == SampleEvents.commitment)
    }

    @Test func anEventReadsBackAsItWasWritten() throws {
        for event in [try SampleEvents.full(), SampleEvents.plain(1, tenant: .system)] {
            #expect(try AuditEvent.decode(from: JSONValue.parse(event.canonicalBytes)) == event)
            let committed = try CommittedEvent(event)
            #expect(try CommittedEvent.decode(from: JSONValue.parse(committed.wire.bytes())) == committed)
            #expect(committed.wireText == committed.wire.text)
        }
    }

    @Test func whatIsAbsentIsLeftOut() throws {
        let wire = try #require(SampleEvents.plain(1, tenant: .system).wire.object)
        #expect(
            Set(wire.keys) == [
                "version", "id", "tenant", "time", "actor", "action", "resource", "outcome", "metadata",
            ])
    }

    /// Each row breaks one thing and names the pointer that must be reported.
    static let broken: [(pointer: String, change: @Sendable (inout [String: JSONValue]) -> Void)] = [
        ("/version", { $0["version"] = 2 }),
        ("/version", { $0["version"] = nil }),
        ("/id", { $0["id"] = "0193E2A1-7B3C-7C00-8A00-0000000000AA" }),
        ("/tenant", { $0["tenant"] = "acme" }),
        ("/time", { $0["time"] = "yesterday" }),
        ("/actor", { $0["actor"] = nil }),
        ("/actor", { $0["actor"] = "root" }),
        ("/actor/type", { $0["actor"] = ["type": "god", "id": "x"] }),
        ("/actor/id", { $0["actor"] = ["type": "member"] }),
        ("/actor/id", { $0["actor"] = ["type": "anonymous", "id": "x"] }),
        ("/actor/roles", { $0["actor"] = ["type": "service", "id": "hr", "roles": [""]] }),
        ("/actor/surprise", { $0["actor"] = ["type": "service", "id": "hr", "surprise": 1] }),
        ("/action", { $0["action"] = "" }),
        ("/action", { $0["action"] = "employee.update\n" }),
        ("/action", { $0["action"] = .string(String(repeating: "a", count: 257)) }),
        ("/resource", { $0["resource"] = nil }),
        ("/resource/type", { $0["resource"] = [:] }),
        ("/outcome", { $0["outcome"] = "maybe" }),
        ("/decision/revision", { $0["decision"] = ["id": "d"] }),
        ("/request_id", { $0["request_id"] = "a b" }),
        ("/device", { $0["device"] = .string(String(repeating: "d", count: 513)) }),
        ("/persons", { $0["persons"] = .array(Array(repeating: "0193e2a1-7b3c-7c00-8a00-0000000000aa", count: 201)) }),
        ("/persons/0", { $0["persons"] = ["x"] }),
        ("/metadata", { $0["metadata"] = [1] }),
        ("/metadata", { $0["metadata"] = ["long": .string(String(repeating: "m", count: 4096))] }),
        ("/changes/0/after", { $0["changes"] = [["field": "salary", "sensitive": true, "after": ["plain": "1"]]] }),
        ("/changes/0/before", { $0["changes"] = [["field": "title", "before": ["sealed": "AQID"]]] }),
        (
            "/changes/0/after/digest",
            { $0["changes"] = [["field": "s", "sensitive": true, "after": ["digest": "AQID"]]] }
        ),
        ("/changes/0/after", { $0["changes"] = [["field": "s", "after": ["plain": 1, "digest": "AQID"]]] }),
        ("/changes/0/after", { $0["changes"] = [["field": "s", "after": ["encrypted": "AQID"]]] }),
        ("/surprise", { $0["surprise"] = true }),
    ]

    @Test func whatIsNotAnEventIsRefusedWithItsPointer() throws {
        for (pointer, change) in Self.broken {
            var members = try #require(try SampleEvents.full().wire.object)
            change(&members)
            let errors = #expect(throws: FieldErrors.self) { try AuditEvent.decode(from: .object(members)) }
            #expect(
                errors?.errors.map(\.pointer).contains(pointer) == true, "\(pointer): \(String(describing: errors))")
        }
    }

    @Test func aSensitiveChangeCannotHoldAPlainValue() throws {
        // `EventChange.sensitive(_:before:after:)` takes nothing but `ProtectedValue`; the wire is checked above.
        let change = EventChange.sensitive("salary", before: nil, after: .sealed([1]))
        #expect(change.wire == ["field": "salary", "sensitive": true, "after": ["sealed": "AQ"]])
    }

    @Test func anEventThatBreaksABoundIsNotCommittedTo() throws {
        let event = AuditEvent(
            id: .generate(), tenant: .system, time: .now(), actor: .anonymous, action: "",
            resource: EventResource(type: "session"), outcome: .denied)
        let errors = #expect(throws: FieldErrors.self) { try CommittedEvent(event) }
        #expect(errors?.errors.map(\.pointer) == ["/action"])
    }

    @Test func anEventThatIsTooLongIsNotCommittedTo() throws {
        let value = ProtectedValue.sealed([UInt8](repeating: 7, count: EventLimits.sealedBytes))
        let changes = (0..<4).map { EventChange.sensitive("field\($0)", before: nil, after: value) }
        let event = AuditEvent(
            id: .generate(), tenant: .system, time: .now(), actor: .anonymous, action: "x",
            resource: EventResource(type: "session"), outcome: .denied, changes: changes)
        #expect(throws: FieldErrors.self) { try CommittedEvent(event) }
    }

    @Test func aCommitmentThatIsNotTheEventsIsRefused() throws {
        let committed = try CommittedEvent(SampleEvents.plain(1, tenant: .system))
        let other = try CommittedEvent(SampleEvents.plain(2, tenant: .system))
        for (name, value) in [
            ("commitment", JSONValue.string(other.commitment.hex)), ("salt", other.salt.wire),
            ("event", other.event.wire),
        ] {
            var members = try #require(committed.wire.object)
            members[name] = value
            let errors = #expect(throws: FieldErrors.self) { try CommittedEvent.decode(from: .object(members)) }
            #expect(errors?.errors.map(\.pointer) == ["/commitment"])
        }
    }

    @Test func theSameEventTwiceHasDifferentCommitments() throws {
        let event = SampleEvents.plain(1, tenant: .system)
        #expect(try CommittedEvent(event).commitment != CommittedEvent(event).commitment)
    }
}
