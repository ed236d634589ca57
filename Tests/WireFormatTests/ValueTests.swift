import Testing
import WireFormat

@Suite("Instants, days and ids")
struct ValueTests {
    @Test(
        "an instant reads RFC 3339 and writes it in UTC with microseconds",
        arguments: [
            ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00.000000Z"),
            ("2026-11-21T01:02:03.000004Z", 1_795_222_923_000_004, "2026-11-21T01:02:03.000004Z"),
            ("2026-11-21T01:02:03.5+01:30", 1_795_217_523_500_000, "2026-11-20T23:32:03.500000Z"),
            ("1969-12-31T23:59:59.999999Z", -1, "1969-12-31T23:59:59.999999Z"),
            ("2024-02-29t12:00:00z", 1_709_208_000_000_000, "2024-02-29T12:00:00.000000Z"),
        ] as [(String, Int64, String)])
    func instants(text: String, microseconds: Int64, written: String) throws {
        let instant = try #require(Instant(rfc3339: text))
        #expect(instant.microseconds == microseconds)
        #expect(instant.rfc3339 == written)
    }

    @Test(
        "what is no RFC 3339 time is refused",
        arguments: [
            "", "2026-11-21", "2026-11-21T24:00:00Z", "2026-11-21T01:02:60Z", "2026-13-01T00:00:00Z",
            "2026-11-21T01:02:03", "2026-11-21T01:02:03.Z", "2026-11-21T01:02:03.1234567Z", "2026-11-21 01:02:03Z",
            "2026-11-21T01:02:03+2:00", "2026-11-21T01:02:03Zx", "-026-11-21T01:02:03Z",
        ])
    func badInstants(text: String) { #expect(Instant(rfc3339: text) == nil) }

    @Test("every day of four centuries comes back from its text")
    func days() throws {
        let first = try #require(Day("1899-12-31")).daysSinceEpoch
        for number in first..<first + 146_098 {
            let day = try #require(Day(daysSinceEpoch: number))
            #expect(Day(day.text) == day)
        }
        #expect(Day("0001-01-01")?.text == "0001-01-01")
        #expect(Day("9999-12-31")?.text == "9999-12-31")
    }

    @Test(
        "what the calendar does not have is refused",
        arguments: ["2023-02-29", "1900-02-29", "2024-04-31", "2024-00-10", "2024-1-01", "0000-01-01", "2024-01-01 "])
    func badDays(text: String) { #expect(Day(text) == nil) }

    @Test("a UUIDv7 carries its time, sorts by it and has one spelling")
    func uuids() throws {
        let early = UUIDv7.generate(at: Instant(microseconds: 1_700_000_000_123_000))
        let late = UUIDv7.generate(at: Instant(microseconds: 1_700_000_000_124_000))
        #expect(early < late)
        #expect(early.text < late.text)
        #expect(early.instant == Instant(microseconds: 1_700_000_000_123_000))
        #expect(UUIDv7(early.text) == early)
        #expect(UUIDv7(bytes: early.bytes) == early)
        #expect(UUIDv7("019a0f3c-5b7a-7c11-8b1e-0123456789AB") == nil)
        #expect(UUIDv7("019a0f3c-5b7a-4c11-8b1e-0123456789ab") == nil)
        #expect(UUIDv7("019a0f3c-5b7a-7c11-cb1e-0123456789ab") == nil)
        #expect(UUIDv7("019a0f3c5b7a7c118b1e0123456789ab") == nil)
        #expect(Set((0..<1000).map { _ in UUIDv7.generate() }).count == 1000)
    }

    @Test("a tenant is a UUIDv7 or the reserved word")
    func tenants() {
        #expect(TenantID("system") == .system)
        #expect(TenantID("System") == nil)
        #expect(TenantID("") == nil)
        #expect(TenantID("019a0f3c-5b7a-7c11-8b1e-0123456789ab") != nil)
    }

    @Test(
        "a request id has no characters that a log could misread",
        arguments: ["", "a b", "a\nb", "é", String(repeating: "a", count: 65)])
    func badRequestIDs(text: String) { #expect(RequestID(text) == nil) }

    @Test(
        "base64url has one spelling for each byte string",
        arguments: [([], ""), ([0xFB], "-w"), ([0xFF, 0xFE], "__4"), ([1, 2, 3], "AQID")] as [([UInt8], String)])
    func base64url(bytes: [UInt8], text: String) {
        #expect(Base64URL.encode(bytes) == text)
        #expect(Base64URL.decode(text) == bytes)
    }

    @Test("other spellings of base64url are refused", arguments: ["-x", "-w=", "-w==", "A", "+w", "_ _4", "__5"])
    func badBase64url(text: String) { #expect(Base64URL.decode(text) == nil) }

    @Test("a redacted value shows itself nowhere but in reveal()")
    func redaction() {
        let secret = Redacted("hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!("\(secret)" + String(reflecting: secret) + dumped).contains("hunter2"))
        #expect(secret.reveal() == "hunter2")
    }
}
