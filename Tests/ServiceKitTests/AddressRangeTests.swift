import HTTPTypes
import Testing
import WireFormat

@testable import ServiceKit

@Suite("Addresses and their ranges")
struct AddressRangeTests {
    @Test(
        "a range contains what it should, and an IPv4 address in either of its forms",
        arguments: [
            ("192.0.2.0/24", "192.0.2.255", true), ("192.0.2.0/24", "192.0.3.0", false),
            ("192.0.2.0/24", "::ffff:192.0.2.9", true), ("192.0.2.128/25", "192.0.2.127", false),
            ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "2001:db8::1", false),
            ("203.0.113.7", "203.0.113.7", true), ("203.0.113.7", "203.0.113.8", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::1", false),
            ("2001:db8::/33", "2001:db8:8000::1", false), ("::/0", "203.0.113.9", true),
            ("::ffff:192.0.2.0/120", "192.0.2.9", true), ("192.0.2.0/24", "", false),
            ("192.0.2.0/24", "192.0.2.9:443", false), ("192.0.2.0/24", "192.0.2", false),
        ])
    func contains(range: String, address: String, isIn: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(address) == isIn)
    }

    @Test(
        "what is no range is none",
        arguments: [
            "", "/", "192.0.2.0/", "/24", "192.0.2.0/33", "2001:db8::/129", "192.0.2.1/24", "2001:db8::1/32",
            "192.0.2.0/24/24", "192.0.2.0/-1", "192.0.2.0/+24", "192.0.2.0/ 24", "192.0.2.0/0024", "192.0.2", "a.b.c.d",
            "192.0.2.0/٢٤", "fe80::1%eth0", String(repeating: "1", count: 100_000),
        ])
    func refused(text: String) {
        #expect(AddressRange(text) == nil)
    }

    @Test(
        "`X-Forwarded-For` counts from named proxies alone, nearest hop first, and only while each hop is one of them",
        arguments: [
            ("203.0.113.9", "198.51.100.1", "203.0.113.9"), ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "1.2.3.4, 198.51.100.1, 10.0.0.2", "198.51.100.1"), ("10.0.0.1", "", "10.0.0.1"),
            ("10.0.0.1", "evil", "10.0.0.1"), ("10.0.0.1", "198.51.100.1, evil", "10.0.0.1"),
            ("10.0.0.1", "198.51.100.1, evil, 10.0.0.2", "10.0.0.2"), ("", "198.51.100.1", ""),
        ])
    func forwarded(peer: String, field: String, client: String) throws {
        let proxies = [try #require(AddressRange("10.0.0.0/8"))]
        var headers: HTTPFields = [:]
        let name = try #require(HTTPField.Name("X-Forwarded-For"))
        if !field.isEmpty { headers[name] = field }
        #expect(ClientAddress.of(peer: peer, headers, proxies: proxies) == client)
        #expect(ClientAddress.of(peer: peer, headers, proxies: []) == peer)
    }

    @Test("several fields are one list, and a chain without end is not followed")
    func chains() throws {
        let proxies = [try #require(AddressRange("10.0.0.0/8"))]
        let name = try #require(HTTPField.Name("X-Forwarded-For"))
        var headers = HTTPFields()
        headers.append(HTTPField(name: name, value: "1.2.3.4"))
        headers.append(HTTPField(name: name, value: "198.51.100.1"))
        #expect(ClientAddress.of(peer: "10.0.0.1", headers, proxies: proxies) == "198.51.100.1")
        headers = [name: (["1.2.3.4"] + [String](repeating: "10.9.9.9", count: 1000)).joined(separator: ",")]
        #expect(ClientAddress.of(peer: "10.0.0.1", headers, proxies: proxies) == "10.9.9.9")
    }

    @Test("proxies come from the settings, and one that is none stops the start")
    func settings() throws {
        func listener(_ proxies: String) throws -> ListenerConfiguration {
            try .public(
                Settings(environment: ["BAILIWICK_PUBLIC_PORT": "0", "BAILIWICK_TRUSTED_PROXIES": proxies]))
        }
        #expect(try listener("10.0.0.0/8, ::1").trustedProxies.map(\.text) == ["10.0.0.0/8", "::1"])
        let refusal = #expect(throws: SettingsError.self) { _ = try listener("10.0.0.1/8") }
        #expect(refusal?.description.contains("BAILIWICK_TRUSTED_PROXIES") == true)
    }
}
