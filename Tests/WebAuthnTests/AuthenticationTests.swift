import Testing
import WebAuthn
import WebAuthnTestSupport
import WireFormat

/// WebAuthn Level 2 §7.2. Steps 1 and 2 are the browser's page's; step 7's look-up is the database's and stands in
/// `PasskeyTests`.
@Suite("Verifying an assertion (§7.2)")
struct AuthenticationTests {
    static let challenge = [UInt8](repeating: 9, count: 32)
    static let user: [UInt8] = [1, 2, 3, 4]
    typealias Changes = SoftwareAuthenticator.Changes

    private func known(
        _ authenticator: SoftwareAuthenticator, signCount: UInt32 = 0, isBackupEligible: Bool = false
    ) throws -> Authentication.Known {
        Authentication.Known(
            id: authenticator.id, userHandle: Self.user, key: try CredentialPublicKey(cose: authenticator.key.cose),
            signCount: signCount, isBackupEligible: isBackupEligible)
    }

    /// The code that an assertion fails with; nil when it succeeds.
    private func failure(
        _ authenticator: SoftwareAuthenticator = SoftwareAuthenticator(), of credential: Authentication.Known? = nil,
        allowed: [[UInt8]]? = nil, expected: [UInt8]? = nil, handle: [UInt8]? = user,
        _ change: (inout Changes) -> Void = { _ in }
    ) throws -> WebAuthnError.Code? {
        var changes = Changes()
        change(&changes)
        let authentication = Authentication(
            relyingParty: try #require(RegistrationTests.party), challenge: Self.challenge, allowed: allowed,
            expectedUser: expected)
        let response = authenticator.assert(challenge: Self.challenge, userHandle: handle, changes)
        do {
            _ = try authentication.verify(response, of: try credential ?? known(authenticator))
            return nil
        } catch let error as WebAuthnError {
            return error.code
        }
    }

    @Test("takes an assertion of each algorithm", arguments: [TestKey.Kind.es256, .edDSA, .rs256])
    func algorithms(kind: TestKey.Kind) throws {
        var authenticator = SoftwareAuthenticator(kind)
        authenticator.signCount = 8
        let authentication = Authentication(
            relyingParty: try #require(RegistrationTests.party), challenge: Self.challenge)
        let response = authenticator.assert(challenge: Self.challenge, userHandle: Self.user)
        let use = try authentication.verify(
            AuthenticationResponse.decode(from: response.json), of: known(authenticator, signCount: 7))
        #expect(use.signCount == 8)
        #expect(!use.isBackedUp)
    }

    @Test("step 3: what is no assertion response is refused")
    func step3() {
        let response = SoftwareAuthenticator().register(challenge: Self.challenge)
        let errors = #expect(throws: FieldErrors.self) { try AuthenticationResponse.decode(from: response.json) }
        #expect(errors?.errors.contains { $0.pointer == "/response/signature" } == true)
    }

    @Test("step 4: another type of credential is refused")
    func step4() {
        let honest = SoftwareAuthenticator().assert(challenge: Self.challenge, userHandle: nil).json.object ?? [:]
        let body = JSONValue.object(honest.merging(["type": "password"]) { $1 })
        #expect(throws: FieldErrors.self) { try AuthenticationResponse.decode(from: body) }
    }

    @Test("step 5: a credential that was not asked for is refused")
    func step5() throws {
        let authenticator = SoftwareAuthenticator()
        #expect(try failure(authenticator, allowed: [[1], [2]]) == .notAllowed)
        #expect(try failure(authenticator, allowed: []) == .notAllowed)
        #expect(try failure(authenticator, allowed: [[1], authenticator.id]) == nil)
    }

    @Test("step 6: a user handle that is missing or another account's is refused")
    func step6() throws {
        let authenticator = SoftwareAuthenticator()
        #expect(try failure(authenticator, handle: nil) == .userHandle)
        #expect(try failure(authenticator, handle: [9]) == .userHandle)
        #expect(try failure(authenticator, expected: [9], handle: nil) == .userHandle)
        #expect(try failure(authenticator, expected: Self.user, handle: [9]) == .userHandle)
        #expect(try failure(authenticator, expected: Self.user, handle: nil) == nil)
    }

    @Test("step 7: the key of another credential does not do")
    func step7() throws {
        let authenticator = SoftwareAuthenticator()
        #expect(try failure(authenticator, of: known(SoftwareAuthenticator())) == .credentialID)
    }

    @Test("step 8: authenticator data that is cut short, too long or attests a credential is refused")
    func step8() throws {
        let authenticator = SoftwareAuthenticator()
        let authentication = Authentication(
            relyingParty: try #require(RegistrationTests.party), challenge: Self.challenge)
        let honest = authenticator.assert(challenge: Self.challenge, userHandle: Self.user)
        for length in 0..<honest.authenticatorData.count {
            let cut = AuthenticationResponse(
                id: honest.id, clientData: honest.clientData,
                authenticatorData: Array(honest.authenticatorData.prefix(length)), signature: honest.signature,
                userHandle: honest.userHandle)
            #expect(throws: WebAuthnError.self) { try authentication.verify(cut, of: known(authenticator)) }
        }
        #expect(try failure(authenticator) { $0.tail = [0] } == .authenticatorData)
        #expect(
            try failure(authenticator) {
                $0.flags = [.userPresent, .userVerified, .attested]
                $0.tail = authenticator.aaguid + [0, 1, 1] + authenticator.key.cose
            } == .authenticatorData)
    }

    @Test("step 9: client data that is not UTF-8 is refused")
    func step9() throws {
        #expect(try failure { $0.clientDataBytes = [0xC0, 0x80] } == .clientData)
    }

    @Test("step 10: client data that is not JSON with its members is refused", arguments: ["", "{}", "[1]", "{\"a\""])
    func step10(text: String) throws {
        #expect(try failure { $0.clientDataBytes = Array(text.utf8) } == .clientData)
    }

    @Test("step 11: another type is refused")
    func step11() throws {
        #expect(try failure { $0.clientData["type"] = "webauthn.create" } == .type)
    }

    @Test("step 12: another challenge is refused")
    func step12() throws {
        #expect(try failure { $0.clientData["challenge"] = "AAAA" } == .challenge)
    }

    @Test("step 13: another origin, and another origin's frame, are refused")
    func step13() throws {
        #expect(try failure { $0.clientData["origin"] = "https://login.example.org.evil.example" } == .origin)
        #expect(try failure { $0.clientData["crossOrigin"] = true } == .crossOrigin)
    }

    @Test("step 14: a token binding that our connections do not have is refused")
    func step14() throws {
        #expect(try failure { $0.clientData["tokenBinding"] = ["status": "present", "id": "AA"] } == .tokenBinding)
    }

    @Test("step 15: the hash of another relying party's id is refused")
    func step15() throws {
        #expect(try failure { $0.relyingPartyID = "evil.example" } == .relyingParty)
    }

    @Test("step 16: without user presence it is refused")
    func step16() throws {
        #expect(try failure { $0.flags = [.userVerified] } == .userPresence)
    }

    @Test("step 17: without user verification it is refused")
    func step17() throws {
        #expect(try failure { $0.flags = [.userPresent] } == .userVerification)
    }

    @Test("level 3: backup flags that contradict one another or the registration are refused")
    func backupFlags() throws {
        let authenticator = SoftwareAuthenticator()
        let honest: AuthenticatorData.Flags = [.userPresent, .userVerified]
        #expect(try failure(authenticator) { $0.flags = honest.union(.backedUp) } == .backupFlags)
        #expect(try failure(authenticator) { $0.flags = honest.union(.backupEligible) } == .backupFlags)
        let eligible = try known(authenticator, isBackupEligible: true)
        #expect(try failure(authenticator, of: eligible) == .backupFlags)
        #expect(
            try failure(authenticator, of: eligible) { $0.flags = honest.union([.backupEligible, .backedUp]) } == nil)
    }

    @Test("step 18: an extension that nobody asked for is refused")
    func step18() throws {
        #expect(
            try failure {
                $0.flags = [.userPresent, .userVerified, .extended]
                $0.tail = CBOR.map([(CBOR.text("appid"), CBOR.bytes([1]))])
            } == .extensions)
    }

    @Test("step 19: the signature is checked over the hash of the very client data that was sent")
    func step19() throws {
        let authenticator = SoftwareAuthenticator()
        let honest = authenticator.assert(challenge: Self.challenge, userHandle: Self.user)
        let altered = AuthenticationResponse(
            id: honest.id, clientData: honest.clientData + [0x20], authenticatorData: honest.authenticatorData,
            signature: honest.signature, userHandle: honest.userHandle)
        let authentication = Authentication(
            relyingParty: try #require(RegistrationTests.party), challenge: Self.challenge)
        let error = #expect(throws: WebAuthnError.self) { try authentication.verify(altered, of: known(authenticator)) }
        #expect(error?.code == .signature)
    }

    @Test("step 20: a signature that does not verify is refused", arguments: [TestKey.Kind.es256, .edDSA, .rs256])
    func step20(kind: TestKey.Kind) throws {
        let authenticator = SoftwareAuthenticator(kind)
        #expect(try failure(authenticator) { $0.breaksSignature = true } == .signature)
        let other = Authentication.Known(
            id: authenticator.id, userHandle: Self.user, key: try CredentialPublicKey(cose: TestKey(kind).cose),
            signCount: 0, isBackupEligible: false)
        #expect(try failure(authenticator, of: other) == .signature)
    }

    @Test("step 21: a counter that does not grow is refused, and zero on both sides is not")
    func step21() throws {
        var authenticator = SoftwareAuthenticator()
        for (present, known, code) in [
            (0, 0, nil), (1, 0, nil), (6, 5, nil), (5, 5, .signCount), (4, 5, .signCount), (0, 5, .signCount),
            (UInt32.max, UInt32.max - 1, nil),
        ] as [(UInt32, UInt32, WebAuthnError.Code?)] {
            authenticator.signCount = present
            let credential = try self.known(authenticator, signCount: known)
            #expect(try failure(authenticator, of: credential) == code, "\(present) after \(known)")
        }
    }
}
