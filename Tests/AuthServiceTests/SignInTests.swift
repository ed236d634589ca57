import AuditCore
import Postgres
import SQLQuery
import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import AuthService

@Suite("Signing in")
struct SignInTests {
    @Test("a password and a code give a token for one organisation")
    func signIn() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let tokens = try await fixture.tokens(of: owner)
        let claims = try IdentityFixture.claims(tokens)
        #expect(claims["iss"]?.string == IdentityFixture.issuer)
        #expect(claims["aud"]?.string == "bailiwick")
        #expect(claims["sub"]?.string == owner.member.text)
        #expect(claims["tenant"]?.string == owner.tenant.text)
        #expect(claims["roles"] == ["owner"])
        #expect(claims["amr"] == ["pwd", "otp", "mfa"])
        #expect(claims["emp"] == nil)
        #expect(claims["acr"] == "urn:bailiwick:acr:aal2")
        let lifetime = try #require(claims["exp"]?.integer) - (try #require(claims["iat"]?.integer))
        #expect((1...600).contains(lifetime))
        #expect(try await fixture.trail(owner.tenant).last == "session.sign_in allowed")
        let event = try #require(try await fixture.events(owner.tenant).last)
        #expect(event["ip"]?.string == "192.0.2.1")
        #expect(event["device"]?.string == "Linux")
        #expect(event["browser"]?.string == "Firefox")
        #expect(event["request_id"] != nil)
    }

    @Test("unknown, passwordless, wrong, empty, over-long, locked and foreign: one answer, one bcrypt computation")
    func oneAnswer() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let other = try await fixture.organisation("Other")
        let locked = try await fixture.organisation("Locked")
        let passwordless = try await fixture.organisation("Passwordless")
        let index = try await fixture.parts.secrets.accountIndex(EmailAddress(passwordless.email) ?? .placeholder)
        try await fixture.database.execute(
            fixture.parts.system, "UPDATE account SET password_hash = NULL WHERE email_index = \(index)")
        for _ in 0..<AccountStore.failuresBeforeLock {
            _ = try await problem { _ = try await fixture.challenge(locked.email, password: "wrong password") }
        }
        let attempts: [(String, String, TenantID?)] = [
            ("nobody@example.org", IdentityFixture.password, nil), (owner.email, "wrong password", nil),
            (owner.email, String(repeating: "x", count: 100), nil), ("no address at all", "whatever", nil),
            (locked.email, IdentityFixture.password, nil), (owner.email, IdentityFixture.password, other.tenant),
            (owner.email, "", nil), ("", "", nil), (owner.email, String(repeating: "x", count: 7000), nil),
            (owner.email, "nul\u{0}nul", nil), (passwordless.email, IdentityFixture.password, nil),
            (passwordless.email, "", nil),
        ]
        for (email, password, organisation) in attempts {
            let before = fixture.parts.hasher.computations
            let refusal = try await problem {
                _ = try await fixture.challenge(email, password: password, organisation: organisation)
            }
            #expect(refusal == .invalidCredentials, "\(email)")
            #expect(fixture.parts.hasher.computations == before + 1, "\(email)")
        }
        let before = fixture.parts.hasher.computations
        _ = try await fixture.challenge(owner.email)
        #expect(fixture.parts.hasher.computations == before + 1)

        #expect(try await fixture.trail(.system).contains("session.sign_in denied unknown-account"))
        #expect(try await fixture.trail(owner.tenant).contains("session.sign_in denied wrong-password"))
        #expect(try await fixture.trail(owner.tenant).contains("session.sign_in denied no-membership"))
        #expect(try await fixture.trail(locked.tenant).contains("session.sign_in denied account-locked"))
    }

    @Test("a locked account opens again after its rest")
    func lock() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        for _ in 0..<AccountStore.failuresBeforeLock {
            _ = try await problem { _ = try await fixture.challenge(owner.email, password: "wrong password") }
        }
        #expect(try await problem { _ = try await fixture.challenge(owner.email) } == .invalidCredentials)
        fixture.clock.advance(AccountStore.lockDuration)
        _ = try await fixture.challenge(owner.email)
    }

    @Test("20 parallel uses of one code give one session")
    func codeOnce() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        fixture.clock.advance(.seconds(TOTP.stepSeconds))
        var challenges: [SignInChallenge] = []
        for _ in 0..<20 { challenges.append(try await fixture.challenge(owner.email)) }
        let code = owner.totp.code(step: fixture.step)
        let successes = try await withThrowingTaskGroup(of: Bool.self) { group in
            for challenge in challenges {
                group.addTask {
                    let refusal = try await problem { _ = try await fixture.complete(challenge, code: code) }
                    if let refusal { #expect(refusal == .invalidCode) }
                    return refusal == nil
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(successes == 1)
        let trail = try await fixture.trail(owner.tenant)
        #expect(trail.filter { $0 == "session.sign_in denied replayed-code" }.count == 19)
        #expect(trail.filter { $0 == "session.sign_in allowed" }.count == 1)
    }

    @Test("the code of an earlier step is not accepted after that of a later one")
    func noStepBack() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        fixture.clock.advance(.seconds(3 * TOTP.stepSeconds))
        let (first, second) = (try await fixture.challenge(owner.email), try await fixture.challenge(owner.email))
        _ = try await fixture.complete(first, code: owner.totp.code(step: fixture.step))
        let refusal = try await problem {
            _ = try await fixture.complete(second, code: owner.totp.code(step: fixture.step - 1))
        }
        #expect(refusal == .invalidCode)
    }

    @Test("the code that confirmed the enrolment does not sign in")
    func enrolmentCode() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let challenge = try await fixture.challenge(owner.email)
        let refusal = try await problem {
            _ = try await fixture.complete(challenge, code: owner.totp.code(step: fixture.step))
        }
        #expect(refusal == .invalidCode)
    }

    @Test("a challenge takes five codes, five minutes, and one success")
    func challengeBounds() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        fixture.clock.advance(.seconds(TOTP.stepSeconds))
        let right = owner.totp.code(step: fixture.step)
        let wrong = right == "000000" ? "000001" : "000000"
        let tried = try await fixture.challenge(owner.email)
        for _ in 0..<SignInStore.mostAttempts {
            #expect(try await problem { _ = try await fixture.complete(tried, code: wrong) } == .invalidCode)
        }
        #expect(try await problem { _ = try await fixture.complete(tried, code: right) } == .invalidChallenge)

        let used = try await fixture.challenge(owner.email)
        _ = try await fixture.complete(used, code: right)
        #expect(try await problem { _ = try await fixture.complete(used, code: right) } == .invalidChallenge)

        let late = try await fixture.challenge(owner.email)
        fixture.clock.advance(SignInStore.lifetime)
        let code = owner.totp.code(step: fixture.step)
        #expect(try await problem { _ = try await fixture.complete(late, code: code) } == .invalidChallenge)
    }

    @Test("an account of two organisations names one, and its token is for that one")
    func twoOrganisations() async throws {
        let fixture = try await IdentityFixture.make()
        let first = try await fixture.organisation()
        let second = try await fixture.organisation("Second")
        let (member, invitation) = try await fixture.invite(first.email, in: second.tenant, roles: [.viewer])

        // The account keeps its credentials: a wrong password is refused, and there is no new factor.
        let refusal = try await problem { _ = try await fixture.accept(invitation.token.text, password: "another one") }
        #expect(refusal == .invalidCredentials)
        let started = try await fixture.accept(invitation.token.text)
        #expect(started.totp == nil)
        fixture.clock.advance(.seconds(TOTP.stepSeconds))
        try await fixture.confirm(started, first.totp)

        fixture.clock.advance(.seconds(TOTP.stepSeconds))
        let open = try await fixture.challenge(first.email)
        let code = first.totp.code(step: fixture.step)
        let choice = try await problem { _ = try await fixture.complete(open, code: code) }
        #expect(choice?.code == "organisation-required")
        let tokens = try await fixture.complete(open, code: code, organisation: second.tenant)
        let claims = try IdentityFixture.claims(tokens)
        #expect(claims["tenant"]?.string == second.tenant.text)
        #expect(claims["sub"]?.string == member.id.text)
        #expect(claims["roles"] == ["viewer"])

        // A wrong password is heard of in both.
        _ = try await problem { _ = try await fixture.challenge(first.email, password: "wrong password") }
        for tenant in [first.tenant, second.tenant] {
            #expect(try await fixture.trail(tenant).last == "session.sign_in denied wrong-password")
        }
    }

    @Test("only a right code, unused, is told the organisations")
    func organisationsAfterTheCode() async throws {
        let fixture = try await IdentityFixture.make()
        let (first, second) = (try await fixture.organisation(), try await fixture.organisation("Second"))
        let stranger = try await fixture.organisation("Stranger")
        try await fixture.join(first, alsoIn: second.tenant)
        let used = first.totp.code(step: fixture.step)
        fixture.clock.advance(.seconds(TOTP.stepSeconds))
        let code = first.totp.code(step: fixture.step)
        let wrong = ["000000", "000001", "000002", "000003"].first {
            first.totp.step(of: $0, at: fixture.clock.now) == nil
        }
        let challenge = try await fixture.challenge(first.email)
        for (attempt, reason) in [(try #require(wrong), "wrong-code"), (used, "replayed-code")] {
            #expect(try await problem { _ = try await fixture.complete(challenge, code: attempt) } == .invalidCode)
            for tenant in [first.tenant, second.tenant] {
                #expect(try await fixture.trail(tenant).last == "session.sign_in denied \(reason)")
            }
        }
        // Nor does it tell which organisation the account is in.
        let foreign = try await problem {
            _ = try await fixture.complete(challenge, code: try #require(wrong), organisation: stranger.tenant)
        }
        #expect(foreign == .invalidCode)
        let choice = try await problem { _ = try await fixture.complete(challenge, code: code) }
        #expect(choice?.code == "organisation-required")
        _ = try await fixture.complete(challenge, code: code, organisation: second.tenant)
    }

    @Test("no password, code, token or address stands in the outbox or in a table")
    func nothingInClear() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let tokens = try await fixture.tokens(of: owner)
        _ = try await problem { _ = try await fixture.challenge(owner.email, password: "a wrong password") }
        let secrets = [
            owner.email, IdentityFixture.password, "a wrong password", owner.totp.base32Secret,
            tokens.refresh?.text ?? "", tokens.access.compact.reveal(),
        ]
        let superuser = fixture.test.database(fixture.test.superuser(schema: "auth"))
        defer { Task { await superuser.close() } }
        let rows = try await superuser.query(
            fixture.parts.system,
            """
            SELECT a::text AS line FROM account a UNION ALL SELECT m::text FROM member m
            UNION ALL SELECT o::text FROM outbox o UNION ALL SELECT t::text FROM totp t
            UNION ALL SELECT r::text FROM refresh_token r UNION ALL SELECT s::text FROM session s
            UNION ALL SELECT c::text FROM sign_in_challenge c UNION ALL SELECT i::text FROM invitation i
            """)
        #expect(rows.count > 8)
        for line in try rows.map({ try $0.get("line", as: String.self) }) {
            for secret in secrets where line.contains(secret) { Issue.record("a secret stands in \(line.prefix(60))") }
        }
    }
}
