import Testing
import WebAuthn
import WebAuthnTestSupport
import WireFormat

/// WebAuthn Level 2 §7.1. Steps 1 and 2 (make options, call the browser) are the browser's page's; steps 22 and 23 (the
/// credential is nobody's yet, and is kept) are the database's and stand in `PasskeyTests`.
@Suite("Registering a credential (§7.1)")
struct RegistrationTests {
    static let challenge = [UInt8](repeating: 7, count: 32)
    static let party = RelyingParty(
        id: "example.org", name: "Example", origins: ["https://login.example.org", "https://example.org:8443"])
    typealias Changes = SoftwareAuthenticator.Changes

    /// The code that a registration fails with; nil when it succeeds.
    private func failure(
        _ authenticator: SoftwareAuthenticator = SoftwareAuthenticator(),
        _ statement: SoftwareAuthenticator.Statement = .none,
        algorithms: Set<COSEAlgorithm> = Set(COSEAlgorithm.allCases),
        attestations: Set<AttestationKind> = Set(AttestationKind.allCases), _ change: (inout Changes) -> Void = { _ in }
    ) throws -> WebAuthnError.Code? {
        var changes = Changes()
        change(&changes)
        let registration = Registration(
            relyingParty: try #require(Self.party), challenge: Self.challenge, algorithms: algorithms,
            attestations: attestations)
        do {
            _ = try registration.verify(authenticator.register(challenge: Self.challenge, statement, changes))
            return nil
        } catch {
            return error.code
        }
    }

    @Test("takes each algorithm with no attestation and with its own", arguments: [TestKey.Kind.es256, .edDSA, .rs256])
    func algorithms(kind: TestKey.Kind) throws {
        var authenticator = SoftwareAuthenticator(kind)
        authenticator.signCount = 41
        for (statement, kind) in [(SoftwareAuthenticator.Statement.none, AttestationKind.none), (.packedOwn, .own)] {
            let registration = Registration(
                relyingParty: try #require(Self.party), challenge: Self.challenge)
            let response = authenticator.register(challenge: Self.challenge, statement)
            let credential = try registration.verify(RegistrationResponse.decode(from: response.json))
            #expect(credential.id == authenticator.id)
            #expect(credential.key.cose == authenticator.key.cose)
            #expect(credential.key.algorithm.rawValue == authenticator.key.algorithm)
            #expect(credential.signCount == 41)
            #expect(credential.aaguid == authenticator.aaguid)
            #expect(credential.attestation == kind)
            #expect(!credential.isBackupEligible && !credential.isBackedUp)
        }
    }

    @Test("takes a maker's attestation in both formats")
    func certified() throws {
        let maker = AttestationMaker()
        #expect(try failure(SoftwareAuthenticator(), .packed(maker)) == nil)
        #expect(try failure(SoftwareAuthenticator(.edDSA), .packed(maker)) == nil)
        #expect(try failure(SoftwareAuthenticator(), .u2f(maker)) == nil)
        var content = AttestationMaker.Content()
        content.aaguid = String(repeating: "a5", count: 16)
        #expect(try failure(SoftwareAuthenticator(), .packed(AttestationMaker(content))) == nil)
        content.kind = .rs256
        #expect(try failure(SoftwareAuthenticator(), .packed(AttestationMaker(content))) == nil)
    }

    @Test("step 3: what is no attestation response is refused")
    func step3() {
        let assertion = SoftwareAuthenticator().assert(challenge: Self.challenge, userHandle: nil)
        let errors = #expect(throws: FieldErrors.self) { try RegistrationResponse.decode(from: assertion.json) }
        #expect(errors?.errors.contains { $0.pointer == "/response/attestationObject" } == true)
    }

    @Test("step 4: another type of credential, and results that are not its own, are refused")
    func step4() {
        let honest = SoftwareAuthenticator().register(challenge: Self.challenge).json.object ?? [:]
        for (name, value) in [("type", "password"), ("rawId", "AAAA"), ("id", "not base64!"), ("extra", "x")] {
            let body = JSONValue.object(honest.merging([name: .string(value)]) { $1 })
            let errors = #expect(throws: FieldErrors.self) { try RegistrationResponse.decode(from: body) }
            #expect(errors?.errors.isEmpty == false, "\(name)")
        }
    }

    @Test("step 5: client data that is not UTF-8 is refused")
    func step5() throws {
        #expect(try failure { $0.clientDataBytes = Array("{\"type\":\"".utf8) + [0xFF, 0xFE] } == .clientData)
    }

    @Test(
        "step 6: client data that is not JSON with its members is refused",
        arguments: [
            "", "null", "[]", "{", "{}", "{\"type\":\"webauthn.create\"}",
            "{\"type\":\"webauthn.create\",\"type\":\"webauthn.create\",\"challenge\":\"BwcH\",\"origin\":\"x\"}",
            "{\"type\":1,\"challenge\":\"BwcH\",\"origin\":\"x\"}",
            "{\"type\":\"webauthn.create\",\"challenge\":\"=\",\"origin\":\"x\"}",
        ])
    func step6(text: String) throws {
        #expect(try failure { $0.clientDataBytes = Array(text.utf8) } == .clientData)
    }

    @Test("step 7: another type is refused", arguments: ["webauthn.get", "WebAuthn.create", ""])
    func step7(type: String) throws {
        #expect(try failure { $0.clientData["type"] = .string(type) } == .type)
    }

    @Test("step 8: another challenge is refused, also one that begins with it")
    func step8() throws {
        for other in [[], [UInt8](repeating: 8, count: 32), Self.challenge + [0], Array(Self.challenge.dropLast())] {
            #expect(
                try failure { $0.clientData["challenge"] = .string(Base64URL.encode(other)) } == .challenge)
        }
    }

    @Test(
        "step 9: another origin is refused, however alike",
        arguments: [
            "https://example.org", "http://login.example.org", "https://login.example.org:443",
            "https://login.example.org.evil.example", "https://evil.example/login.example.org", "null", "",
            "https://LOGIN.example.org", "https://login.example.org/",
        ])
    func step9(origin: String) throws {
        #expect(try failure { $0.clientData["origin"] = .string(origin) } == .origin)
    }

    @Test("step 9: a page in another origin's frame is refused")
    func step9CrossOrigin() throws {
        #expect(try failure { $0.clientData["crossOrigin"] = true } == .crossOrigin)
        #expect(try failure { $0.clientData["crossOrigin"] = "no" } == .clientData)
    }

    @Test("step 10: a token binding that our connections do not have is refused")
    func step10() throws {
        #expect(try failure { $0.clientData["tokenBinding"] = ["status": "present", "id": "AA"] } == .tokenBinding)
        #expect(try failure { $0.clientData["tokenBinding"] = ["status": "supported"] } == nil)
        #expect(try failure { $0.clientData["tokenBinding"] = "present" } == .clientData)
    }

    @Test("step 11: the statement is checked over the hash of the very client data that was sent")
    func step11() throws {
        let authenticator = SoftwareAuthenticator()
        let honest = authenticator.register(challenge: Self.challenge, .packedOwn)
        let altered = RegistrationResponse(
            id: honest.id, clientData: honest.clientData + [0x20], attestationObject: honest.attestationObject)
        let registration = Registration(relyingParty: try #require(Self.party), challenge: Self.challenge)
        let error = #expect(throws: WebAuthnError.self) { try registration.verify(altered) }
        #expect(error?.code == .attestationStatement)
    }

    @Test("step 12: an attestation object that is not the CBOR that it must be is refused")
    func step12() throws {
        let registration = Registration(relyingParty: try #require(Self.party), challenge: Self.challenge)
        let honest = SoftwareAuthenticator().register(challenge: Self.challenge)
        #expect(try failure { $0.objectTail = [0] } == .attestationObject)
        // Every truncation, and every byte changed: never a trap, never taken with another key or id.
        for length in 0..<honest.attestationObject.count {
            let cut = RegistrationResponse(
                id: honest.id, clientData: honest.clientData,
                attestationObject: Array(honest.attestationObject.prefix(length)))
            #expect(throws: WebAuthnError.self, "cut at \(length)") { try registration.verify(cut) }
        }
        for place in 0..<60 {
            var bytes = honest.attestationObject
            bytes[place] ^= 0xFF
            let changed = RegistrationResponse(id: honest.id, clientData: honest.clientData, attestationObject: bytes)
            #expect(throws: WebAuthnError.self, "changed at \(place)") { try registration.verify(changed) }
        }
    }

    @Test("step 12: authenticator data without a credential, or with bytes after it, is refused")
    func step12Data() throws {
        #expect(try failure { $0.flags = [.userPresent, .userVerified] } == .authenticatorData)
        #expect(try failure { $0.tail = [0] } == .authenticatorData)
        #expect(try failure { $0.innerID = [] } == .credentialID)
        #expect(try failure { $0.innerID = [UInt8](repeating: 1, count: 1024) } == .credentialID)
        #expect(try failure { $0.browserID = [1, 2, 3] } == .credentialID)
    }

    @Test("step 13: the hash of another relying party's id is refused")
    func step13() throws {
        #expect(try failure { $0.relyingPartyID = "login.example.org" } == .relyingParty)
    }

    @Test("step 14: without user presence it is refused")
    func step14() throws {
        #expect(try failure { $0.flags = [.userVerified, .attested] } == .userPresence)
    }

    @Test("step 15: without user verification it is refused")
    func step15() throws {
        #expect(try failure { $0.flags = [.userPresent, .attested] } == .userVerification)
    }

    @Test("level 3: backed up without being eligible is refused; eligible is kept")
    func backupFlags() throws {
        let honest: AuthenticatorData.Flags = [.userPresent, .userVerified, .attested]
        #expect(try failure { $0.flags = honest.union(.backedUp) } == .backupFlags)
        #expect(try failure { $0.flags = honest.union([.backupEligible, .backedUp]) } == nil)
        #expect(try failure { $0.flags = honest.union(.backupEligible) } == nil)
    }

    @Test("step 16: an algorithm that was not offered, or a key that does not fit it, is refused")
    func step16() throws {
        #expect(try failure(SoftwareAuthenticator(.es384)) == .algorithm)
        #expect(try failure(SoftwareAuthenticator(.rs256), algorithms: [.es256, .edDSA]) == .algorithm)
        let es256 = TestKey(.es256).cose
        #expect(try failure { $0.cose = CBOR.map([]) } == .algorithm)
        #expect(try failure { $0.cose = [0xA5, 0x01, 0x01] + es256.dropFirst(3) } == .algorithm)
        // An RSA key of 1024 bits.
        #expect(
            try failure {
                $0.cose = CBOR.map([
                    (CBOR.int(1), CBOR.int(3)), (CBOR.int(3), CBOR.int(-257)),
                    (CBOR.int(-1), CBOR.bytes([UInt8](repeating: 0xFF, count: 128))),
                    (CBOR.int(-2), CBOR.bytes([1, 0, 1])),
                ])
            } == .algorithm)
    }

    @Test("step 17: extensions that are no map are refused; those that browsers ask for on their own are let be")
    func step17() throws {
        let flags: AuthenticatorData.Flags = [.userPresent, .userVerified, .attested, .extended]
        #expect(
            try failure {
                $0.flags = flags
                $0.tail = [0x01]
            } == .authenticatorData)
        for statement in [SoftwareAuthenticator.Statement.none, .packedOwn] {
            #expect(
                try failure(SoftwareAuthenticator(), statement) {
                    $0.flags = flags
                    $0.tail = CBOR.map([(CBOR.text("credProtect"), CBOR.int(2))])
                } == nil)
        }
    }

    @Test(
        "step 18: a format that is not ours is refused, by its very octets",
        arguments: ["tpm", "android-key", "android-safetynet", "apple", "None", "packed ", ""])
    func step18(format: String) throws {
        #expect(try failure(SoftwareAuthenticator(), .other(format, CBOR.map([]))) == .attestationFormat)
    }

    @Test("step 19: a statement that does not verify is refused in every format")
    func step19() throws {
        let maker = AttestationMaker()
        for statement in [SoftwareAuthenticator.Statement.packedOwn, .packed(maker), .u2f(maker)] {
            #expect(
                try failure(SoftwareAuthenticator(), statement) { $0.breaksSignature = true } == .attestationStatement)
        }
        #expect(
            try failure(SoftwareAuthenticator(), .other("none", CBOR.map([(CBOR.text("a"), CBOR.int(1))])))
                == .attestationStatement)
        #expect(try failure(SoftwareAuthenticator(), .other("packed", CBOR.map([]))) == .attestationStatement)
        #expect(try failure(SoftwareAuthenticator(), .other("fido-u2f", CBOR.map([]))) == .attestationStatement)
        let strange = CBOR.map([
            (CBOR.text("alg"), CBOR.int(-7)), (CBOR.text("sig"), CBOR.bytes([1])),
            (CBOR.text("x5c"), CBOR.array([CBOR.bytes([1, 2, 3])])),
        ])
        #expect(try failure(SoftwareAuthenticator(), .other("packed", strange)) == .attestationStatement)
    }

    @Test("step 19: a packed statement's own algorithm must be the key's")
    func step19OwnAlgorithm() throws {
        let statement = CBOR.map([(CBOR.text("alg"), CBOR.int(-8)), (CBOR.text("sig"), CBOR.bytes([1]))])
        #expect(try failure(SoftwareAuthenticator(), .other("packed", statement)) == .attestationStatement)
    }

    @Test("step 19: a packed statement's certificate must be as §8.2.1 wants it")
    func step19Certificate() throws {
        func refused(_ change: (inout AttestationMaker.Content) -> Void) throws {
            var content = AttestationMaker.Content()
            change(&content)
            #expect(
                try failure(SoftwareAuthenticator(), .packed(AttestationMaker(content))) == .attestationStatement)
        }
        try refused { $0.unit = "Engineering" }
        try refused { $0.version = 0 }
        try refused { $0.constraints = "critical,CA:TRUE" }
        try refused { $0.aaguid = String(repeating: "00", count: 16) }
    }

    @Test("step 19: fido-u2f wants a key and a certificate on P-256")
    func step19U2F() throws {
        var content = AttestationMaker.Content()
        content.kind = .es384
        #expect(try failure(SoftwareAuthenticator(), .u2f(AttestationMaker(content))) == .attestationStatement)
        #expect(try failure(SoftwareAuthenticator(.rs256), .other("fido-u2f", CBOR.map([]))) == .attestationStatement)
    }

    @Test("steps 20, 21 and 24: a kind of attestation that the policy does not take fails the ceremony")
    func step21() throws {
        #expect(try failure(attestations: [.own, .certified]) == .attestationTrust)
        #expect(try failure(SoftwareAuthenticator(), .packedOwn, attestations: [.certified]) == .attestationTrust)
        #expect(
            try failure(SoftwareAuthenticator(), .packed(AttestationMaker()), attestations: [.none])
                == .attestationTrust)
    }
}
