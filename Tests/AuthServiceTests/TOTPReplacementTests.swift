import IdentityClient
import IdentityCore
import Postgres
import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import AuthService

@Suite("A new authenticator app")
struct TOTPReplacementTests {
    private func begin(_ fixture: IdentityFixture, _ tokens: IssuedTokens) async throws -> (String, TOTP) {
        let started = try await TOTPCommands(parts: fixture.parts).begin(fixture.accessToken(tokens), fixture.call())
        let secret = try #require(started.totp?.secret)
        #expect(started.totp?.picture?.hasPrefix("<svg") == true)
        return (started.token.text, TOTP(secret: try #require(IdentityFixture.base32(secret))))
    }

    private func confirm(
        _ fixture: IdentityFixture, _ tokens: IssuedTokens, _ enrolment: String, _ code: String
    ) async throws {
        try await TOTPCommands(parts: fixture.parts).confirm(
            ConfirmRequest.decode(from: ["enrolment": .string(enrolment), "code": .string(code)]),
            fixture.accessToken(tokens), fixture.call())
    }

    @Test("replaces the former once it has shown a code, which counts as used, and ends every session")
    func replaces() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let other = try await fixture.tokens(of: owner)
        let tokens = try await fixture.tokens(of: owner)
        let (enrolment, totp) = try await begin(fixture, tokens)
        let code = totp.code(step: fixture.step)
        try await confirm(fixture, tokens, enrolment, code)
        #expect(try await fixture.trail(owner.tenant).last == "totp.replace allowed")
        for ended in [tokens, other] {
            #expect(try await problem { _ = try await fixture.refresh(ended) } == .invalidGrant)
        }
        let challenge = try await fixture.challenge(owner.email)
        #expect(try await problem { _ = try await fixture.complete(challenge, code: code) } == .invalidCode)
        fixture.clock.advance(.seconds(TOTP.stepSeconds))
        let old = owner.totp.code(step: fixture.step)
        #expect(try await problem { _ = try await fixture.complete(challenge, code: old) } == .invalidCode)
        _ = try await fixture.complete(challenge, code: totp.code(step: fixture.step))
    }

    @Test("is confirmed once, in its own session, and after a fresh sign-in only; wrong codes are bounded")
    func bounds() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let first = try await fixture.tokens(of: owner)
        let (foreign, totp) = try await begin(fixture, first)
        let second = try await fixture.tokens(of: owner)
        var code: String { totp.code(step: fixture.step) }
        #expect(try await problem { try await confirm(fixture, second, foreign, code) } == .invalidTOTPEnrolment)
        for _ in 0..<(Enrolment.mostAttempts) {
            let wrong = code == "000000" ? "000001" : "000000"
            #expect(try await problem { try await confirm(fixture, first, foreign, wrong) } == .invalidCode)
        }
        #expect(try await problem { try await confirm(fixture, first, foreign, code) } == .invalidTOTPEnrolment)

        let (late, _) = try await begin(fixture, second)
        fixture.clock.advance(Fresh5m.maximumAge ?? .zero)
        #expect(try await problem { _ = try await begin(fixture, second) }?.code == "insufficient-user-authentication")
        #expect(try await problem { try await confirm(fixture, second, late, "000000") } != nil)
    }

    @Test("a sign-in that is under way while its app goes does not outlive it")
    func replacementDuringSignIn() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let tokens = try await fixture.tokens(of: owner)
        let account = try await fixture.sessions.account(of: fixture.accessToken(tokens))
        let (enrolment, totp) = try await begin(fixture, tokens)
        let code = totp.code(step: fixture.step)
        let session = try await fixture.overlapping(
            signInOf: account, owner, using: AccountStore.useStep(fixture.step + 1, of: account)
        ) { try await confirm(fixture, tokens, enrolment, code) }
        #expect(try await fixture.isOver(session))
    }

    @Test("a code of the former app, checked before the replacement, opens nothing after it")
    func formerSecret() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let tokens = try await fixture.tokens(of: owner)
        let account = try await fixture.sessions.account(of: fixture.accessToken(tokens))
        let former = try #require(try await fixture.parts.accounts.totp(of: account))
        let (enrolment, totp) = try await begin(fixture, tokens)
        try await confirm(fixture, tokens, enrolment, totp.code(step: fixture.step))
        let present = try #require(try await fixture.parts.accounts.totp(of: account))
        func uses(_ factor: TOTPFactor) async throws -> Bool {
            try await fixture.database.execute(
                fixture.parts.system, AccountStore.useStep(fixture.step + 1, of: factor)) == 1
        }
        #expect(try await !uses(former))
        #expect(try await uses(present))
    }

    @Test("of 10 parallel confirmations one succeeds")
    func parallel() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let tokens = try await fixture.tokens(of: owner)
        let (enrolment, totp) = try await begin(fixture, tokens)
        let code = totp.code(step: fixture.step)
        let successes = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<10 {
                group.addTask { try await problem { try await confirm(fixture, tokens, enrolment, code) } == nil }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(successes == 1)
    }
}
