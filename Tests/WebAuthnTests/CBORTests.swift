import Testing
import WebAuthn
import WireFormat

@Suite("CBOR as authenticators write it")
struct CBORTests {
    @Test(
        "reads RFC 8949's examples of the kinds that are used",
        arguments: [
            ("00", .integer(0)), ("17", .integer(23)), ("1818", .integer(24)), ("1903e8", .integer(1000)),
            ("1a000f4240", .integer(1_000_000)), ("1b000000e8d4a51000", .integer(1_000_000_000_000)),
            ("20", .integer(-1)), ("3863", .integer(-100)), ("3903e7", .integer(-1000)), ("f4", .bool(false)),
            ("f5", .bool(true)), ("f6", .null), ("4401020304", .bytes([1, 2, 3, 4])), ("6449455446", .text("IETF")),
            ("83010203", .array([.integer(1), .integer(2), .integer(3)])), ("a0", .map([:])),
            ("a201020304", .map([.integer(1): .integer(2), .integer(3): .integer(4)])),
        ] as [(String, CBORValue)])
    func examples(hex: String, value: CBORValue) throws {
        #expect(try CBORReader.value(of: try #require(Hex.decode(hex))) == value)
    }

    @Test(
        "refuses what is cut, indefinite, tagged, floating, long-winded, deep, twice or too large",
        arguments: [
            "", "18", "19ff", "44010203", "5f42010243030405ff", "9fff", "bf61610161629f0203ffff", "c074",
            "c100",
            "f93c00", "fb3ff199999999999a", "f7", "f800", "1800", "190010", "1a0000ffff", "1b00000000ffffffff",
            "a201020103",
            "1bffffffffffffffff", "3bffffffffffffffff", "9bffffffffffffffff", "bb7fffffffffffffff",
            "5b7fffffffffffffff",
            "62c328", "0000", "818181818181818181818101", "1c", "ff",
        ])
    func refused(hex: String) throws {
        let bytes = try #require(Hex.decode(hex))
        #expect(throws: CBORError.self) { try CBORReader.value(of: bytes) }
    }

    @Test("never traps: a million random bytes in pieces")
    func random() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...100, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            _ = try? CBORReader.value(of: bytes)
            _ = try? AuthenticatorData([UInt8](repeating: 0, count: 32) + [0xC5] + bytes)
        }
    }
}

@Suite("Relying parties")
struct RelyingPartyTests {
    @Test(
        "an origin must be in the form that browsers write, secure, and within the domain",
        arguments: [
            ("https://example.org", true), ("https://a.b.example.org", true), ("https://example.org:8443", true),
            ("https://example.org:443", false), ("https://example.org/", false), ("http://example.org", false),
            ("https://badexample.org", false), ("https://example.com", false), ("https://EXAMPLE.org", false),
            ("https://user@example.org", false), ("https://example.org:0", false), ("https://example.org:08", false),
            ("example.org", false), ("", false), ("https://", false), ("https://example.org:1:2", false),
        ])
    func origins(origin: String, isTaken: Bool) {
        #expect((RelyingParty(id: "example.org", name: "x", origins: [origin]) != nil) == isTaken)
    }

    @Test("plain HTTP is for this machine only")
    func loopback() {
        #expect(RelyingParty(id: "localhost", name: "x", origins: ["http://localhost:7001"]) != nil)
        #expect(RelyingParty(id: "localhost", name: "x", origins: []) == nil)
        #expect(RelyingParty(id: "", name: "x", origins: ["https://a"]) == nil)
    }
}
