import Postgres
import SQLQuery
import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import AuthService

@Suite("Recovery codes")
struct RecoveryCodeTests {
    private func generate(_ fixture: IdentityFixture, _ tokens: IssuedTokens) async throws -> [String] {
        let generated = try await RecoveryCodeCommands(parts: fixture.parts).generate(
            fixture.accessToken(tokens), fixture.call())
        return generated.wire["recovery_codes"]?.array?.compactMap(\.string) ?? []
    }

    private func recover(
        _ fixture: IdentityFixture, _ challenge: SignInChallenge, _ code: String, organisation: TenantID? = nil
    ) async throws -> IssuedTokens {
        var body: [String: JSONValue] = [
            "challenge": .string(challenge.token.text), "recovery_code": .string(code),
        ]
        body["organisation"] = organisation?.wire
        return try await fixture.signIn.recover(RecoveryRequest.decode(from: .object(body)), fixture.call())
    }

    @Test("ten codes, each good once in place of the app's, and the token says so")
    func once() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let tokens = try await fixture.tokens(of: owner)
        let codes = try await generate(fixture, tokens)
        #expect(Set(codes).count == 10)
        #expect(try await fixture.trail(owner.tenant).last == "recovery_codes.generate allowed")

        let challenge = try await fixture.challenge(owner.email)
        #expect(challenge.factors.contains("recovery_code"))
        let typed = codes[0].lowercased().replacing("-", with: " ")
        let claims = try IdentityFixture.claims(try await recover(fixture, challenge, typed))
        #expect(claims["amr"] == ["pwd", "recovery", "mfa"])
        let remaining = try await RecoveryCodeCommands(parts: fixture.parts).remaining(fixture.accessToken(tokens))
        #expect(remaining == 9)

        let again = try await fixture.challenge(owner.email)
        #expect(try await problem { _ = try await recover(fixture, again, codes[0]) } == .invalidRecoveryCode)
        #expect(try await fixture.trail(owner.tenant).last == "session.sign_in denied wrong-recovery-code")
        _ = try await recover(fixture, again, codes[1])
    }

    @Test("only a right code, unused, is told the organisations")
    func organisationsAfterTheCode() async throws {
        let fixture = try await IdentityFixture.make()
        let (first, second) = (try await fixture.organisation(), try await fixture.organisation("Second"))
        try await fixture.join(first, alsoIn: second.tenant)
        let codes = try await generate(fixture, fixture.tokens(of: first))
        let challenge = try await fixture.challenge(first.email)
        for wrong in [RecoveryCode.generate().text, RecoveryCode.generate().text] {
            #expect(try await problem { _ = try await recover(fixture, challenge, wrong) } == .invalidRecoveryCode)
        }
        for tenant in [first.tenant, second.tenant] {
            #expect(try await fixture.trail(tenant).last == "session.sign_in denied wrong-recovery-code")
        }
        let choice = try await problem { _ = try await recover(fixture, challenge, codes[0]) }
        #expect(choice?.code == "organisation-required")
        _ = try await recover(fixture, challenge, codes[0], organisation: second.tenant)
    }

    @Test("20 parallel uses of one code give one session")
    func parallel() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let codes = try await generate(fixture, fixture.tokens(of: owner))
        var challenges: [SignInChallenge] = []
        for _ in 0..<20 { challenges.append(try await fixture.challenge(owner.email)) }
        let successes = try await withThrowingTaskGroup(of: Bool.self) { group in
            for challenge in challenges {
                group.addTask {
                    let refusal = try await problem { _ = try await recover(fixture, challenge, codes[3]) }
                    if let refusal { #expect(refusal == .invalidRecoveryCode) }
                    return refusal == nil
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(successes == 1)
    }

    @Test("new codes void the old, and another account's are no use")
    func regenerated() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let tokens = try await fixture.tokens(of: owner)
        let old = try await generate(fixture, tokens)
        let new = try await generate(fixture, tokens)
        let other = try await fixture.organisation("Other")
        let foreign = try await generate(fixture, fixture.tokens(of: other))
        let challenge = try await fixture.challenge(owner.email)
        for code in [old[0], foreign[0]] {
            #expect(try await problem { _ = try await recover(fixture, challenge, code) } == .invalidRecoveryCode)
        }
        _ = try await recover(fixture, challenge, new[0])
    }

    @Test("a challenge takes five of them, and no code stands in the table in clear")
    func bounds() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let codes = try await generate(fixture, fixture.tokens(of: owner))
        let challenge = try await fixture.challenge(owner.email)
        for _ in 0..<SignInStore.mostAttempts {
            let refusal = try await problem { _ = try await recover(fixture, challenge, "AAAA-AAAA-AAAA-AAAA") }
            #expect(refusal == .invalidRecoveryCode)
        }
        #expect(try await problem { _ = try await recover(fixture, challenge, codes[0]) } == .invalidChallenge)
        let rows = try await fixture.database.query(fixture.parts.system, "SELECT r::text AS line FROM recovery_code r")
        #expect(rows.count == 10)
        for row in rows {
            let line = try row.get("line", as: String.self)
            for code in codes { #expect(!line.contains(code) && !line.contains(code.replacing("-", with: ""))) }
        }
    }

    @Test("what cannot be a code is refused with its pointer", arguments: ["", "ABCD", "0000-0000-0000-0000", "ÄÖÜß"])
    func form(text: String) {
        let errors = #expect(throws: FieldErrors.self) {
            try RecoveryRequest.decode(from: ["challenge": "x", "recovery_code": .string(text)])
        }
        #expect(errors?.errors.map(\.pointer) == ["/recovery_code"])
    }
}
