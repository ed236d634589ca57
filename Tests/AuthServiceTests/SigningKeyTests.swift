import Foundation
import IdentityClient
import KeyVault
import Postgres
import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import AuthService

@Suite("Signing keys and the tokens that they sign")
struct SigningKeyTests {
    @Test("`openssl` verifies an access token against the published key, and not an altered one")
    func openssl() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let compact = try await fixture.tokens(of: owner).access.compact.reveal()
        let key = try #require(fixture.parts.keys.jwks["keys"]?.array?.first)
        let parts = compact.split(separator: ".").map(String.init)
        let header = try JSONValue.parse(try #require(Base64URL.decode(parts[0])))
        #expect(header == ["alg": "RS256", "kid": key["kid"] ?? .null, "typ": "at+jwt"])
        #expect(try Self.opensslVerifies(key, signed: parts[0] + "." + parts[1], signature: parts[2]))
        #expect(try !Self.opensslVerifies(key, signed: parts[0] + "." + parts[1] + "A", signature: parts[2]))
    }

    /// Gives the JWK to the `openssl` command line as an ASN.1 public key, and asks it.
    private static func opensslVerifies(_ jwk: JSONValue, signed: String, signature: String) throws -> Bool {
        let directory = FileManager.default.temporaryDirectory.appending(path: "auth-openssl-\(UUIDv7.generate())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let modulus = Hex.encode(try #require(Base64URL.decode(jwk["n"]?.string ?? "")))
        let exponent = Hex.encode(try #require(Base64URL.decode(jwk["e"]?.string ?? "")))
        let description = """
            asn1=SEQUENCE:spki
            [spki]
            algorithm=SEQUENCE:algorithm
            key=BITWRAP,SEQUENCE:rsa
            [algorithm]
            oid=OID:rsaEncryption
            parameters=NULL
            [rsa]
            n=INTEGER:0x\(modulus)
            e=INTEGER:0x\(exponent)
            """
        func path(_ name: String) -> String { directory.appending(path: name).path }
        try Data(description.utf8).write(to: directory.appending(path: "key.conf"))
        try Data(signed.utf8).write(to: directory.appending(path: "signed"))
        try Data(try #require(Base64URL.decode(signature))).write(to: directory.appending(path: "signature"))
        try #require(run(["asn1parse", "-genconf", path("key.conf"), "-noout", "-out", path("key.der")]) == 0)
        try #require(
            run(["pkey", "-pubin", "-inform", "DER", "-in", path("key.der"), "-out", path("key.pem")]) == 0)
        return try run(["dgst", "-sha256", "-verify", path("key.pem"), "-signature", path("signature"), path("signed")])
            == 0
    }

    private static func run(_ arguments: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test("a key goes to DER and back, and its name is its RFC 7638 thumbprint")
    func roundTrip() throws {
        let key = try RSASigningKey.generate()
        let again = try RSASigningKey(privateDER: try key.privateDER())
        #expect(again.publicJWK == key.publicJWK)
        let message = Array("message".utf8)
        #expect(try again.sign(message) == key.sign(message), "PKCS #1 v1.5 is deterministic")
        let verifier = try #require(key.publicJWK.verificationKey)
        #expect(try verifier.verifies(signature: key.sign(message), of: message))

        // The example of RFC 7638 §3.1.
        let modulus = """
            0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3ok\
            njhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6\
            qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8aw\
            apJzKnqDKgw
            """
        let example = RSAPublicJWK(modulus: try #require(Base64URL.decode(modulus)), exponent: [1, 0, 1])
        #expect(example.kid == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
    }

    @Test("a key file that is damaged is refused")
    func damaged() throws {
        #expect(throws: RSASigningKey.Failed.self) { try RSASigningKey(privateDER: [1, 2, 3]) }
        #expect(throws: RSASigningKey.Failed.self) { try RSASigningKey(privateDER: []) }
    }

    @Test("a new key is published before it signs, and the old one as long as its tokens live")
    func rotation() async throws {
        let fixture = try await IdentityFixture.make()
        let before = try fixture.parts.keys.signingKey(at: fixture.clock.now).publicJWK.kid
        try await fixture.parts.keys.rotate(onDemand: true)
        #expect(fixture.parts.keys.jwks["keys"]?.array?.count == 2)
        #expect(try fixture.parts.keys.signingKey(at: fixture.clock.now).publicJWK.kid == before)
        fixture.clock.advance(SigningKeySchedule.notice)
        let after = try fixture.parts.keys.signingKey(at: fixture.clock.now).publicJWK.kid
        #expect(after != before)
        #expect(fixture.parts.keys.jwks["keys"]?.array?.count == 2, "tokens of the retired key are alive")
        fixture.clock.advance(SigningKeySchedule.overlap)
        #expect(fixture.parts.keys.jwks["keys"]?.array?.compactMap { $0["kid"]?.string } == [after])
        #expect(try await fixture.trail(.system).filter { $0.hasPrefix("signing_key.rotate allowed") }.count == 2)
        _ = try SigningKeySet(wire: fixture.parts.keys.jwks)
    }

    @Test("rotating again and again never publishes more keys than a consumer takes")
    func manyRotations() async throws {
        let fixture = try await IdentityFixture.make()
        let keys = fixture.parts.keys
        for _ in 0..<20 {
            let refusal = try await problem { try await keys.rotate(onDemand: true) }
            #expect(refusal == nil || refusal?.code == "rotation-pending")
            fixture.clock.advance(.seconds(30))
            #expect(throws: Never.self) { try SigningKeySet(wire: keys.jwks) }
            #expect(keys.isReady)
        }
        fixture.clock.advance(SigningKeySchedule.notice)
        try await keys.rotate(onDemand: true)
    }

    @Test("a copy with another key-encryption key has no key to sign with")
    func otherEncryptionKey() async throws {
        let fixture = try await IdentityFixture.make()
        let other = AuthService.parts(
            database: fixture.database, provider: try IdentityFixture.keyProvider(), issuer: IdentityFixture.issuer,
            hasher: fixture.parts.hasher, relyingParty: fixture.parts.relyingParty, logger: TestDatabase.quiet,
            now: { fixture.clock.now })
        await #expect(throws: KeyVaultError.self) { try await other.keys.prepare() }
        #expect(!other.keys.isReady)
        #expect(throws: Problem.self) { try other.keys.signingKey(at: fixture.clock.now) }
    }

    @Test("many copies that prepare an empty table at once end with one key")
    func oneFirstKey() async throws {
        let test = try await TestDatabase.make(migrating: [.auth])
        let database = test.database(.auth, poolSize: 16)
        let provider = try IdentityFixture.keyProvider()
        let hasher = try #require(PasswordHasher(cost: 10, threads: 1))
        let relyingParty = try #require(IdentityFixture.relyingParty)
        let rings = (0..<6).map { _ in
            AuthService.parts(
                database: database, provider: provider, issuer: IdentityFixture.issuer, hasher: hasher,
                relyingParty: relyingParty, logger: TestDatabase.quiet
            ).keys
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for ring in rings { group.addTask { try await ring.prepare() } }
            try await group.waitForAll()
        }
        #expect(Set(rings.map(\.jwks)).count == 1)
        #expect(rings.first?.jwks["keys"]?.array?.count == 1)
    }
}
