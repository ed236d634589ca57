import IdentityClient
import IdentityCore
import Postgres
import SQLQuery
import ServiceKit
import TestSupport
import Testing
import WebAuthn
import WebAuthnTestSupport
import WireFormat

@testable import AuthService

@Suite("Passkeys")
struct PasskeyTests {
    typealias Changes = SoftwareAuthenticator.Changes

    /// Somebody with a passkey, and the tokens that it was registered with.
    private struct Holder {
        let fixture: IdentityFixture
        let person: IdentityFixture.Person
        var tokens: IssuedTokens
        var authenticator: SoftwareAuthenticator
        var passkey: Passkey
        let userHandle: [UInt8]

        var token: AccessToken { get throws { try fixture.accessToken(tokens) } }
    }

    private func authenticator(_ kind: TestKey.Kind = .es256) -> SoftwareAuthenticator {
        SoftwareAuthenticator(kind, relyingPartyID: "localhost", origin: "http://localhost:7001")
    }

    private func holder(_ authenticator: SoftwareAuthenticator? = nil) async throws -> Holder {
        let fixture = try await IdentityFixture.make()
        let person = try await fixture.organisation()
        let tokens = try await fixture.tokens(of: person)
        let authenticator = authenticator ?? self.authenticator()
        let begun = try await begin(fixture, tokens)
        let passkey = try await register(fixture, tokens, begun, authenticator)
        return Holder(
            fixture: fixture, person: person, tokens: tokens, authenticator: authenticator, passkey: passkey,
            userHandle: Passkey.userHandle(of: passkey.account))
    }

    private func begin(_ fixture: IdentityFixture, _ tokens: IssuedTokens) async throws -> BegunRegistration {
        try await PasskeyCommands(parts: fixture.parts).begin(fixture.accessToken(tokens), fixture.call())
    }

    private func register(
        _ fixture: IdentityFixture, _ tokens: IssuedTokens, _ begun: BegunRegistration,
        _ authenticator: SoftwareAuthenticator, _ changes: Changes = Changes()
    ) async throws -> Passkey {
        let response = authenticator.register(challenge: begun.challenge, .none, changes)
        return try await PasskeyCommands(parts: fixture.parts).register(
            RegisterPasskeyRequest.decode(from: [
                "registration": .string(begun.token.text), "name": "My laptop", "credential": response.json,
            ]), fixture.accessToken(tokens), fixture.call())
    }

    private func beginSignIn(_ fixture: IdentityFixture, _ tenant: TenantID? = nil) async throws -> BegunPasskeySignIn {
        var body: [String: JSONValue] = [:]
        body["organisation"] = tenant?.wire
        return try await PasskeySignIn(parts: fixture.parts).begin(
            PasskeySignInRequest.decode(from: .object(body)), fixture.call())
    }

    private func complete(
        _ fixture: IdentityFixture, _ begun: BegunPasskeySignIn, _ response: AuthenticationResponse
    ) async throws -> IssuedTokens {
        try await PasskeySignIn(parts: fixture.parts).complete(
            CompletePasskeySignIn.decode(from: [
                "challenge": .string(begun.token.text), "credential": response.json,
            ]), fixture.call())
    }

    private func signIn(_ holder: Holder, _ change: (inout Changes) -> Void = { _ in }) async throws -> IssuedTokens {
        var changes = Changes()
        change(&changes)
        let begun = try await beginSignIn(holder.fixture)
        return try await complete(
            holder.fixture, begun,
            holder.authenticator.assert(challenge: begun.challenge, userHandle: holder.userHandle, changes))
    }

    // MARK: Registering

    @Test("what a browser is given comes from configuration, names the account, and asks for verification")
    func options() async throws {
        let holder = try await holder()
        let options = try await begin(holder.fixture, holder.tokens).wire["public_key"]
        #expect(options?["rp"]?["id"] == "localhost")
        #expect(options?["user"]?["name"]?.string == holder.person.email)
        #expect(options?["user"]?["id"]?.string == Base64URL.encode(holder.userHandle))
        #expect(options?["pubKeyCredParams"]?.array?.map { $0["alg"]?.integer } == [-7, -8, -257])
        #expect(options?["authenticatorSelection"]?["userVerification"] == "required")
        #expect(options?["authenticatorSelection"]?["residentKey"] == "required")
        #expect(
            options?["excludeCredentials"]?.array?.first?["id"]?.string == Base64URL.encode(holder.authenticator.id))
        #expect(Base64URL.decode(options?["challenge"]?.string ?? "")?.count == 32)
    }

    @Test("a registered passkey is listed, and the trail has it")
    func registered() async throws {
        let holder = try await holder()
        let list = try await PasskeyCommands(parts: holder.fixture.parts).list(holder.token)
        #expect(list.map(\.id) == [holder.passkey.id])
        #expect(list.first?.name == "My laptop")
        #expect(list.wire.array?.first?["is_device_bound"] == true)
        #expect(try await holder.fixture.trail(holder.person.tenant).last == "passkey.register allowed")
    }

    @Test("a challenge registers once, in its own session, in its time, and is used up by a failure")
    func challengeOnce() async throws {
        let holder = try await holder()
        let fixture = holder.fixture
        let used = try await begin(fixture, holder.tokens)
        _ = try await register(fixture, holder.tokens, used, authenticator())
        #expect(
            try await problem { _ = try await register(fixture, holder.tokens, used, authenticator()) }
                == .invalidRegistration)

        let other = try await fixture.tokens(of: holder.person)
        let foreign = try await begin(fixture, holder.tokens)
        #expect(
            try await problem { _ = try await register(fixture, other, foreign, authenticator()) }
                == .invalidRegistration)

        let failed = try await begin(fixture, other)
        var wrong = Changes()
        wrong.clientData["origin"] = "https://evil.example"
        let refusal = try await problem { _ = try await register(fixture, other, failed, authenticator(), wrong) }
        #expect(refusal?.code == "credential-refused")
        #expect(refusal?.detail?.hasPrefix("origin:") == true)
        #expect(try await fixture.trail(holder.person.tenant).last == "passkey.register denied origin")
        #expect(
            try await problem { _ = try await register(fixture, other, failed, authenticator()) }
                == .invalidRegistration)

        let late = try await begin(fixture, other)
        fixture.clock.advance(PasskeyStore.challengeLifetime)
        #expect(
            try await problem { _ = try await register(fixture, other, late, authenticator()) } == .invalidRegistration)
    }

    @Test("step 22: a credential that is registered already is refused, whoever it belongs to")
    func step22() async throws {
        let holder = try await holder()
        let begun = try await begin(holder.fixture, holder.tokens)
        let refusal = try await problem {
            _ = try await register(holder.fixture, holder.tokens, begun, holder.authenticator)
        }
        #expect(refusal == .passkeyKnown)
        #expect(try await holder.fixture.trail(holder.person.tenant).last == "passkey.register denied credential-known")

        let stranger = try await holder.fixture.organisation("Other")
        let tokens = try await holder.fixture.tokens(of: stranger)
        let second = try await begin(holder.fixture, tokens)
        #expect(
            try await problem { _ = try await register(holder.fixture, tokens, second, holder.authenticator) }
                == .passkeyKnown)
    }

    @Test("of 10 parallel registrations with one challenge one succeeds")
    func parallelRegistrations() async throws {
        let holder = try await holder()
        let begun = try await begin(holder.fixture, holder.tokens)
        let successes = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    try await problem {
                        _ = try await register(holder.fixture, holder.tokens, begun, authenticator())
                    } == nil
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(successes == 1)
    }

    @Test("adding and removing want a sign-in within five minutes, in a session that lives")
    func freshness() async throws {
        let holder = try await holder()
        let fixture = holder.fixture
        fixture.clock.advance(Fresh5m.maximumAge ?? .zero)
        let refreshed = try await fixture.refresh(holder.tokens)
        let token = try fixture.accessToken(refreshed)
        for refusal in [
            try await problem { _ = try await begin(fixture, refreshed) },
            try await problem {
                try await PasskeyCommands(parts: fixture.parts).remove(holder.passkey.id, token, fixture.call())
            },
            try await problem {
                _ = try await RecoveryCodeCommands(parts: fixture.parts).generate(token, fixture.call())
            },
        ] {
            #expect(refusal?.status.code == 401)
            #expect(refusal?.code == "insufficient-user-authentication")
            #expect(refusal?.headers[.wwwAuthenticate]?.contains("max_age=\"300\"") == true)
        }
        let ended = try await fixture.tokens(of: holder.person)
        try await fixture.sessions.signOut(fixture.accessToken(ended), fixture.call())
        #expect(try await problem { _ = try await begin(fixture, ended) }?.status.code == 401)
    }

    // MARK: Signing in

    @Test("a passkey signs in without a name, and the token says how", arguments: [TestKey.Kind.es256, .edDSA, .rs256])
    func signsIn(kind: TestKey.Kind) async throws {
        let holder = try await holder(authenticator(kind))
        let claims = try IdentityFixture.claims(try await signIn(holder))
        #expect(claims["sub"]?.string == holder.person.member.text)
        #expect(claims["tenant"]?.string == holder.person.tenant.text)
        #expect(claims["amr"] == ["hwk", "user", "mfa"])
        #expect(claims["acr"] == "phr")
        let events = try await holder.fixture.events(holder.person.tenant)
        let signIn = try #require(events.last { $0["action"] == "session.sign_in" })
        #expect(signIn["outcome"] == "allowed" && signIn["metadata"]?["amr"]?.array?.first == "hwk")
    }

    @Test("a passkey that may be copied is called so")
    func synced() async throws {
        var authenticator = authenticator()
        authenticator.flags.formUnion([.backupEligible, .backedUp])
        let holder = try await holder(authenticator)
        #expect(try IdentityFixture.claims(try await signIn(holder))["amr"] == ["swk", "user", "mfa"])
    }

    @Test("step 7: an unknown credential is refused, and the trail of the system has it")
    func step7() async throws {
        let holder = try await holder()
        let begun = try await beginSignIn(holder.fixture)
        let response = authenticator().assert(challenge: begun.challenge, userHandle: holder.userHandle)
        #expect(
            try await problem { _ = try await complete(holder.fixture, begun, response) } == .invalidPasskey)
        #expect(try await holder.fixture.trail(.system).last == "session.sign_in denied unknown-passkey")
    }

    @Test("whatever is wrong gets one answer, uses the challenge up, and stands in the trail")
    func oneAnswer() async throws {
        let holder = try await holder()
        for change in [
            { $0.breaksSignature = true }, { $0.flags = [.userPresent] },
            { $0.clientData["origin"] = "https://evil.example" }, { $0.clientData["challenge"] = "AAAA" },
        ] as [(inout Changes) -> Void] {
            #expect(try await problem { _ = try await signIn(holder, change) } == .invalidPasskey)
            #expect(
                try await holder.fixture.trail(holder.person.tenant).last == "session.sign_in denied wrong-passkey")
        }
        let begun = try await beginSignIn(holder.fixture)
        var wrong = Changes()
        wrong.breaksSignature = true
        let (bad, good) = (
            holder.authenticator.assert(challenge: begun.challenge, userHandle: holder.userHandle, wrong),
            holder.authenticator.assert(challenge: begun.challenge, userHandle: holder.userHandle)
        )
        #expect(try await problem { _ = try await complete(holder.fixture, begun, bad) } == .invalidPasskey)
        #expect(try await problem { _ = try await complete(holder.fixture, begun, good) } == .invalidChallenge)
    }

    @Test("20 parallel uses of one answer give one session")
    func parallelUse() async throws {
        let holder = try await holder()
        let begun = try await beginSignIn(holder.fixture)
        let response = holder.authenticator.assert(challenge: begun.challenge, userHandle: holder.userHandle)
        let successes = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 {
                group.addTask { try await problem { _ = try await complete(holder.fixture, begun, response) } == nil }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(successes == 1)
    }

    @Test("a challenge of a sign-in is none of a registration, nor of a password, nor good after its time")
    func challengeKinds() async throws {
        let holder = try await holder()
        let fixture = holder.fixture
        let begun = try await beginSignIn(fixture)
        let refusal = try await problem {
            _ = try await fixture.signIn.complete(
                SecondFactorRequest.decode(from: ["challenge": .string(begun.token.text), "code": "000000"]),
                fixture.call())
        }
        #expect(refusal == .invalidChallenge)
        fixture.clock.advance(PasskeyStore.challengeLifetime)
        let late = holder.authenticator.assert(challenge: begun.challenge, userHandle: holder.userHandle)
        #expect(try await problem { _ = try await complete(fixture, begun, late) } == .invalidChallenge)
    }

    @Test("step 21: a counter that goes back is refused and called what it may be")
    func cloned() async throws {
        var holder = try await holder()
        holder.authenticator.signCount = 7
        _ = try await signIn(holder)
        #expect(try await problem { _ = try await signIn(holder) } == .invalidPasskey)
        #expect(try await holder.fixture.trail(holder.person.tenant).last == "session.sign_in denied cloned-passkey")
        holder.authenticator.signCount = 8
        _ = try await signIn(holder)
    }

    @Test("an account of two organisations names one when it begins")
    func twoOrganisations() async throws {
        let holder = try await holder()
        let fixture = holder.fixture
        let second = try await fixture.organisation("Second")
        let (_, invitation) = try await fixture.invite(holder.person.email, in: second.tenant, roles: [.viewer])
        let started = try await fixture.accept(invitation.token.text)
        fixture.clock.advance(.seconds(TOTP.stepSeconds))
        try await fixture.confirm(started, holder.person.totp)

        #expect(try await problem { _ = try await signIn(holder) }?.code == "organisation-required")
        let begun = try await beginSignIn(fixture, second.tenant)
        let response = holder.authenticator.assert(challenge: begun.challenge, userHandle: holder.userHandle)
        let claims = try IdentityFixture.claims(try await complete(fixture, begun, response))
        #expect(claims["tenant"]?.string == second.tenant.text)
    }

    // MARK: Removing

    @Test("removing one ends every session of the account at once, and it signs in no more")
    func removal() async throws {
        let holder = try await holder()
        let fixture = holder.fixture
        let before = [try await signIn(holder), try await fixture.tokens(of: holder.person)]
        let stranger = try await fixture.organisation("Other")
        let untouched = try await fixture.tokens(of: stranger)
        try await PasskeyCommands(parts: fixture.parts).remove(
            holder.passkey.id, fixture.accessToken(before[1]), fixture.call())
        #expect(try await fixture.trail(holder.person.tenant).last == "passkey.remove allowed")

        let page = try await fixture.parts.revocations.page(after: 0)
        for tokens in before + [holder.tokens] {
            #expect(try await problem { _ = try await fixture.refresh(tokens) } == .invalidGrant)
            let session = try fixture.accessToken(tokens).session
            let notice = try #require(page.notices.first { $0.target == .session(session) })
            #expect(notice.notBefore > tokens.access.issuedAt)
        }
        #expect(try await problem { _ = try await signIn(holder) } == .invalidPasskey)
        _ = try await fixture.refresh(untouched)
    }

    @Test("a sign-in that is under way while its passkey goes does not outlive it")
    func removalDuringSignIn() async throws {
        let holder = try await holder()
        let (fixture, token) = (holder.fixture, try holder.token)
        let passkey = holder.passkey
        let session = try await fixture.overlapping(
            signInOf: passkey.account, holder.person,
            using: "UPDATE passkey SET last_used_at = \(fixture.clock.now) WHERE id = \(passkey.id)"
        ) {
            try await PasskeyCommands(parts: fixture.parts).remove(passkey.id, token, fixture.call())
        }
        #expect(try await fixture.isOver(session))
        #expect(try await fixture.isOver(token.session))
        let event = try #require(try await fixture.events(holder.person.tenant).last)
        #expect(event["metadata"]?["ended_sessions"] == 2)
    }

    @Test("sessions that ran out long ago are neither ended nor told of")
    func removalAfterManySessions() async throws {
        let holder = try await holder()
        let fixture = holder.fixture
        let (person, year) = (holder.person, fixture.clock.now.adding(.seconds(-365 * 86_400)))
        try await fixture.database.execute(
            fixture.parts.system,
            """
            INSERT INTO session (id, account, tenant, member, client_id, amr, authenticated_at, last_used_at, expires_at,
                                 ip, device, browser)
            SELECT overlay(gen_random_uuid()::text PLACING '7' FROM 15 FOR 1)::uuid, \(holder.passkey.account),
                   \(person.tenant), \(person.member), 'bailiwick-web', '{mfa}', \(year), \(year), \(year), '', '', ''
            FROM generate_series(1, 5000)
            """)
        let token = try holder.token
        try await PasskeyCommands(parts: fixture.parts).remove(holder.passkey.id, token, fixture.call())
        let notices = try await fixture.parts.revocations.page(after: 0).notices
        #expect(notices.map(\.target) == [.session(token.session)])
        let event = try #require(try await fixture.events(person.tenant).last)
        #expect(event["metadata"]?["ended_sessions"] == 1)
    }

    @Test("nobody removes another account's passkey, nor one that is not there")
    func foreignRemoval() async throws {
        let holder = try await holder()
        let stranger = try await holder.fixture.organisation("Other")
        let tokens = try await holder.fixture.tokens(of: stranger)
        let commands = PasskeyCommands(parts: holder.fixture.parts)
        for id in [holder.passkey.id, .generate()] {
            let refusal = try await problem {
                try await commands.remove(id, holder.fixture.accessToken(tokens), holder.fixture.call())
            }
            #expect(refusal?.status.code == 404)
        }
        _ = try await signIn(holder)
        _ = try await holder.fixture.refresh(tokens)
    }

    @Test("an account keeps at most so many, and bad names are refused")
    func bounds() async throws {
        let holder = try await holder()
        let fixture = holder.fixture
        for _ in 1..<Passkey.mostOfAnAccount {
            _ = try await register(fixture, holder.tokens, begin(fixture, holder.tokens), authenticator())
        }
        #expect(try await problem { _ = try await begin(fixture, holder.tokens) } == .tooManyPasskeys)
        for name in ["", String(repeating: "x", count: 65), "a\u{0}b", "a\nb"] {
            let errors = #expect(throws: FieldErrors.self) {
                try RegisterPasskeyRequest.decode(from: [
                    "registration": "x", "name": .string(name),
                    "credential": authenticator().register(challenge: [1]).json,
                ])
            }
            #expect(errors?.errors.map(\.pointer) == ["/name"])
        }
    }
}
