import Logging
import ServiceKit
import Synchronization
import Testing
import WireFormat

@testable import IdentityClient

@Suite("signing keys")
struct SigningKeyTests {
    @Test(
        "a key set that AuthService would not publish is refused whole",
        arguments: [
            ["kty": "EC"], ["kty": nil], ["alg": "RS512"], ["alg": nil], ["use": "enc"], ["use": nil], ["kid": nil],
            ["kid": ""],
            ["n": "AQAB"], ["n": nil], ["n": "not base64url!"], ["e": "Aw"], ["e": "AQ"], ["e": "AAEAAQ"], ["e": nil],
            ["d": "AQAB"],
            ["kid": .string(String(repeating: "k", count: 129))],
        ] as [[String: JSONValue]])
    func badKey(change: [String: JSONValue]) {
        var key = issuer.jwk.object ?? [:]
        for (name, value) in change { key[name] = value == .null ? nil : value }
        #expect(throws: SigningKeySet.Rejection.self) { try SigningKeySet(wire: ["keys": [.object(key)]]) }
        #expect(throws: SigningKeySet.Rejection.self) { try SigningKeySet(wire: ["keys": [issuer.jwk, .object(key)]]) }
    }

    @Test("sizes and shapes of a set")
    func shapes() throws {
        let several = (1...17).map { index -> JSONValue in
            var key = issuer.jwk.object ?? [:]
            key["kid"] = .string("key-\(index)")
            return .object(key)
        }
        #expect(try SigningKeySet(wire: ["keys": .array(Array(several.prefix(16)))]).keys.count == 16)
        for bad: JSONValue in [["keys": .array(several)], ["keys": []], ["keys": [:]], [:], [issuer.jwk], nil] {
            #expect(throws: SigningKeySet.Rejection.self) { try SigningKeySet(wire: bad) }
        }
        #expect(throws: SigningKeySet.Rejection.self) { try SigningKeySet(wire: ["keys": [issuer.jwk, issuer.jwk]]) }
        #expect(throws: SigningKeySet.Rejection.self) {
            try SigningKeySet(wire: ["keys": [TokenIssuer(bits: 1024).jwk]])
        }
        // Even moduli and leading zeros are no RSA keys.
        #expect(RSAVerificationKey(modulus: issuer.modulus.dropLast() + [0x02], exponent: [1, 0, 1]) == nil)
        #expect(RSAVerificationKey(modulus: [0] + issuer.modulus, exponent: [1, 0, 1]) == nil)
        #expect(RSAVerificationKey(modulus: [], exponent: [1, 0, 1]) == nil)
    }

    @Test("an unknown key id is asked for once in ten seconds, however often it comes")
    func unknownKeyID() async throws {
        let newer = TokenIssuer(keyID: "key-2")
        let source = PublishedIdentity(keys: [issuer.jwk])
        try await withAuthority(source) { authority in
            let atStart = source.keyFetches
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        #expect(await authority.refusal(of: newer.token(newer.claims())) == "invalid-token")
                    }
                }
            }
            // The start was less than ten seconds ago, and a fetch it was.
            #expect(source.keyFetches == atStart)
        }
    }

    @Test(
        "a new key is taken up once the pause is over, by one fetch for all who wait, and a withdrawn one is forgotten")
    func rotation() async throws {
        let withdrawals = Mutex(0)
        let newer = TokenIssuer(keyID: "key-2")
        let source = PublishedIdentity(keys: [issuer.jwk])
        let directory = SigningKeyDirectory(
            source: source, logger: Logger(label: "test"), patience: .seconds(1),
            onWithdrawal: { withdrawals.withLock { $0 += 1 } })
        await directory.refresh()
        source.publish(keys: [issuer.jwk, newer.jwk])
        #expect(await !directory.has("key-2"), "asked for less than the pause ago")
        #expect(source.keyFetches == 1)
        try await eventually("the pause is over") { await directory.has("key-2") }
        #expect(source.keyFetches == 2)
        #expect(await directory.has("key-1"))
        #expect(withdrawals.withLock { $0 } == 0)

        source.publish(keys: [newer.jwk])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { await directory.refresh() } }
        }
        #expect(source.keyFetches < 22, "those who came at the same time shared a fetch")
        #expect(await !directory.has("key-1"))
        #expect(withdrawals.withLock { $0 } == 1)
    }

    @Test("before any key set is in, nobody is told that a token is bad")
    func noKeys() async throws {
        let source = PublishedIdentity(keys: [issuer.jwk])
        source.answer(keys: false, revocations: true)
        try await withAuthority(source, untilReady: false) { authority in
            let compact = issuer.token(issuer.claims())
            try await eventually("the backlog is in") { await authority.refusal(of: compact) == "keys-unavailable" }
            #expect(await !authority.isReady())
            source.answer(keys: true, revocations: true)
            try await eventually("the keys are in") { await authority.refusal(of: compact) == nil }
        }
    }
}

extension SigningKeyDirectory {
    func has(_ id: String) async -> Bool {
        if case .key = await key(id) { return true }
        return false
    }
}
