import IdentityClient
import IdentityCore
import Postgres
import ServiceKit
import TestSupport
import Testing
import WebAuthn
import WebAuthnTestSupport
import WireFormat

@testable import AuthService

@Suite("Stepping up")
struct StepUpTests {
    private func stepUp(
        _ fixture: IdentityFixture, _ tokens: IssuedTokens, _ body: [String: JSONValue]
    ) async throws -> IssuedTokens {
        try await StepUpCommands(parts: fixture.parts).stepUp(
            StepUpRequest.decode(from: .object(body)), fixture.accessToken(tokens), fixture.call())
    }

    private func code(_ fixture: IdentityFixture, _ person: IdentityFixture.Person) -> JSONValue {
        .string(person.totp.code(step: fixture.step))
    }

    private func codes(_ fixture: IdentityFixture, _ tokens: IssuedTokens) async throws -> [JSONValue] {
        try await RecoveryCodeCommands(parts: fixture.parts).generate(fixture.accessToken(tokens), fixture.call())
            .wire["recovery_codes"]?.array ?? []
    }

    @Test("a code makes an old session fresh: same session, new `auth_time`, factors can be changed again")
    func totp() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let old = try await fixture.tokens(of: owner)
        fixture.clock.advance(.seconds(600))
        #expect(try await problem { _ = try await codes(fixture, old) }?.code == "insufficient-user-authentication")
        let new = try await stepUp(fixture, old, ["code": code(fixture, owner)])
        let (before, after) = (try IdentityFixture.claims(old), try IdentityFixture.claims(new))
        #expect(before["sid"] == after["sid"])
        #expect(after["amr"] == ["pwd", "otp", "mfa"])
        #expect(after["acr"] == "urn:bailiwick:acr:aal2")
        #expect((after["auth_time"]?.integer ?? 0) - (before["auth_time"]?.integer ?? 0) == 600)
        #expect(try await codes(fixture, new).count == RecoveryCode.count)
        #expect(try await fixture.trail(owner.tenant).contains("session.step_up allowed"))
        #expect(try IdentityFixture.claims(try await fixture.refresh(new))["auth_time"] == after["auth_time"])
    }

    @Test("the refresh tokens of before are void: for ten seconds quietly, then their use ends the session")
    func rotates() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let first = try await fixture.tokens(of: owner)
        let second = try await fixture.refresh(first)
        fixture.clock.advance(.seconds(TOTP.stepSeconds))
        let raised = try await stepUp(fixture, second, ["code": code(fixture, owner)])
        #expect(try await problem { _ = try await fixture.refresh(second) } == .invalidGrant)
        #expect(try await problem { _ = try await fixture.refresh(first) } == .invalidGrant)
        let next = try await fixture.refresh(raised)
        #expect(try await fixture.trail(owner.tenant).contains("session.refresh denied session-raised"))
        #expect(try await !fixture.trail(owner.tenant).contains { $0.hasPrefix("alert.raise") })
        fixture.clock.advance(SessionCommands.rotationGrace)
        #expect(try await problem { _ = try await fixture.refresh(second) } == .invalidGrant)
        #expect(try await problem { _ = try await fixture.refresh(next) } == .invalidGrant)
        #expect(try await fixture.trail(owner.tenant).contains("alert.raise allowed refresh-token-reuse"))
    }

    @Test("a step-up does not bring a session past its twelve hours, and none back that has ended")
    func ends() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        var tokens = try await fixture.tokens(of: owner)
        let end = fixture.clock.now.adding(SessionLimits.absolute)
        while fixture.clock.now.adding(.seconds(29 * 60)) < end {
            fixture.clock.advance(.seconds(29 * 60))
            tokens = try await stepUp(fixture, tokens, ["code": code(fixture, owner)])
            #expect(tokens.access.expires <= end)
        }
        fixture.clock.advance(.seconds(29 * 60))
        let late = try await problem { _ = try await stepUp(fixture, tokens, ["code": code(fixture, owner)]) }
        #expect(late?.code == "insufficient-user-authentication")

        let ended = try await fixture.tokens(of: owner)
        try await fixture.sessions.signOut(fixture.accessToken(ended), fixture.call())
        fixture.clock.advance(.seconds(TOTP.stepSeconds))
        #expect(try await problem { _ = try await stepUp(fixture, ended, ["code": code(fixture, owner)]) } != nil)
        #expect(try await problem { _ = try await fixture.refresh(ended) } == .invalidGrant)
    }

    @Test("of 20 parallel uses of one code one raises the session")
    func parallel() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let tokens = try await fixture.tokens(of: owner)
        fixture.clock.advance(.seconds(TOTP.stepSeconds))
        let code = code(fixture, owner)
        let successes = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    let refusal = try await problem { _ = try await stepUp(fixture, tokens, ["code": code]) }
                    if let refusal { #expect(refusal == .invalidCode) }
                    return refusal == nil
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(successes == 1)
    }

    @Test("a recovery code raises once, and says so; somebody else's code or session does not")
    func recovery() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let other = try await fixture.organisation("Other")
        let tokens = try await fixture.tokens(of: owner)
        let foreign = try await fixture.tokens(of: other)
        let codes = try await codes(fixture, tokens)
        #expect(
            try await problem { _ = try await stepUp(fixture, foreign, ["recovery_code": codes[0]]) }
                == .invalidRecoveryCode)
        fixture.clock.advance(.seconds(TOTP.stepSeconds))
        #expect(
            try await problem { _ = try await stepUp(fixture, foreign, ["code": code(fixture, owner)]) } == .invalidCode
        )
        let raised = try await stepUp(fixture, tokens, ["recovery_code": codes[0]])
        #expect(try IdentityFixture.claims(raised)["amr"] == ["pwd", "otp", "mfa", "recovery"])
        #expect(
            try await problem { _ = try await stepUp(fixture, raised, ["recovery_code": codes[0]]) }
                == .invalidRecoveryCode)
        #expect(try await fixture.trail(owner.tenant).last == "session.step_up denied wrong-recovery-code")
    }

    @Test("a passkey makes the session phishing-resistant; a code that is asked for more is refused and not used up")
    func passkey() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let tokens = try await fixture.tokens(of: owner)
        let token = try fixture.accessToken(tokens)
        let authenticator = SoftwareAuthenticator(
            .es256, relyingPartyID: "localhost", origin: "http://localhost:7001")
        let registration = try await PasskeyCommands(parts: fixture.parts).begin(token, fixture.call())
        let passkey = try await PasskeyCommands(parts: fixture.parts).register(
            RegisterPasskeyRequest.decode(from: [
                "registration": .string(registration.token.text), "name": "Key",
                "credential": authenticator.register(challenge: registration.challenge, .none, .init()).json,
            ]), token, fixture.call())

        fixture.clock.advance(.seconds(TOTP.stepSeconds))
        let weak = try await problem {
            _ = try await stepUp(fixture, tokens, ["code": code(fixture, owner), "acr_values": "phr"])
        }
        #expect(weak?.code == "insufficient-user-authentication")
        #expect(weak?.headers[.wwwAuthenticate]?.contains("acr_values=\"phr\"") == true)
        var latest = try await stepUp(
            fixture, tokens, ["code": code(fixture, owner), "acr_values": "phr urn:bailiwick:acr:aal2"])

        func body(_ begun: BegunPasskeySignIn) -> [String: JSONValue] {
            let answer = authenticator.assert(
                challenge: begun.challenge, userHandle: Passkey.userHandle(of: passkey.account), .init())
            return ["challenge": .string(begun.token.text), "credential": answer.json, "acr_values": "phr"]
        }
        let begun = try await StepUpCommands(parts: fixture.parts).begin(fixture.accessToken(latest), fixture.call())
        #expect(begun.present.map(\.id) == [passkey.id])
        #expect(
            begun.wire["public_key"]?["allowCredentials"]?.array?.first?["id"]?.string
                == Base64URL.encode(authenticator.id))
        // A challenge of a sign-in is none of a step-up, and the other way round; nor is another session's.
        let signIn = try await PasskeySignIn(parts: fixture.parts).begin(
            PasskeySignInRequest.decode(from: [:]), fixture.call())
        #expect(try await problem { _ = try await stepUp(fixture, latest, body(signIn)) } == .invalidChallenge)
        var crossed = body(begun.begun)
        crossed["acr_values"] = nil
        #expect(
            try await problem {
                _ = try await PasskeySignIn(parts: fixture.parts).complete(
                    CompletePasskeySignIn.decode(from: .object(crossed)), fixture.call())
            } == .invalidChallenge)
        let elsewhere = try await fixture.tokens(of: owner)
        #expect(try await problem { _ = try await stepUp(fixture, elsewhere, body(begun.begun)) } == .invalidChallenge)
        latest = try await stepUp(fixture, latest, body(begun.begun))
        let claims = try IdentityFixture.claims(latest)
        #expect(claims["acr"] == "phr")
        #expect(claims["amr"] == ["pwd", "otp", "mfa", "hwk", "user"])
        #expect(try await problem { _ = try await stepUp(fixture, latest, body(begun.begun)) } == .invalidChallenge)
    }

    @Test("an agent cannot step up for the person it acts for")
    func agent() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let token = try await fixture.accessToken(fixture.tokens(of: owner), act: ["sub": "agent"])
        fixture.clock.advance(.seconds(TOTP.stepSeconds))
        let refusal = try await problem {
            _ = try await StepUpCommands(parts: fixture.parts).stepUp(
                StepUpRequest.decode(from: ["code": code(fixture, owner)]), token, fixture.call())
        }
        #expect(refusal == .noFactors)
    }

    @Test(
        "exactly one factor is taken",
        arguments: [
            [:], ["code": "12345"], ["code": "123456", "recovery_code": "AAAA-AAAA-AAAA-AAAA"], ["challenge": "x"],
            ["recovery_code": "0"], ["code": "123456", "acr_values": "unheard-of"], ["code": 123456],
            ["code": "123456", "acr_values": ""], ["code": "123456", "amr": ["hwk"]],
        ] as [JSONValue])
    func form(body: JSONValue) {
        #expect(throws: FieldErrors.self) { try StepUpRequest.decode(from: body) }
    }
}
