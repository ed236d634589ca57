import Postgres
import SQLQuery
import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import AuthService

@Suite("Limits of tries")
struct RateLimitTests {
    private static let wrong = "wrong password"

    private static func rules(_ change: (inout RateRules) -> Void) -> RateRules {
        var rules = RateRules.generous
        change(&rules)
        return rules
    }

    @Test(
        "some tries are free, then each waits twice as long up to the longest, known or not, and the answer says when")
    func growingDelays() async throws {
        let fixture = try await IdentityFixture.make(
            rules: Self.rules { $0.signInByAccount = .tight("password-account", free: 3) })
        let owner = try await fixture.organisation()
        for email in ["nobody@example.org", owner.email] {
            for _ in 0..<3 {
                #expect(
                    try await problem { _ = try await fixture.challenge(email, password: Self.wrong) }
                        == .invalidCredentials)
            }
            for delay in [10, 20, 40, 40] {
                let refusal = try await problem { _ = try await fixture.challenge(email, password: Self.wrong) }
                #expect(refusal?.status == .tooManyRequests)
                #expect(refusal?.headers[.retryAfter] == "\(delay)")
                #expect(refusal?.headers[.rateLimit] == "\"password-account\";r=0;t=\(delay)")
                #expect(refusal?.headers[.rateLimitPolicy] == "\"password-account\";q=3;w=3600")
                // The refused try cost nothing: the next one is let through when the header said so.
                fixture.clock.advance(.seconds(delay))
                #expect(
                    try await problem { _ = try await fixture.challenge(email, password: Self.wrong) }
                        == .invalidCredentials)
            }
        }
        fixture.clock.advance(.seconds(3600))
        for _ in 0..<3 {
            #expect(
                try await problem { _ = try await fixture.challenge("nobody@example.org") } == .invalidCredentials)
        }
    }

    @Test("a code that an invitation checks counts with those of sign-ins, and inviting again gives no more tries")
    func invitationCodes() async throws {
        let fixture = try await IdentityFixture.make(
            rules: Self.rules { $0.codeByAccount = .tight("code-account", free: 3) })
        let (victim, other) = (try await fixture.organisation(), try await fixture.organisation())
        let guess = TOTP(secret: TOTP.generateSecret())
        func guessed() async throws -> Problem? {
            let (_, invitation) = try await fixture.invite(victim.email, in: other.tenant, roles: [.viewer])
            let started = try await fixture.accept(invitation.token.text)
            return try await problem { try await fixture.confirm(started, guess) }
        }
        for _ in 0..<3 { #expect(try await guessed() == .invalidCode) }
        #expect(try await guessed()?.status == .tooManyRequests)
        let challenge = try await fixture.challenge(victim.email, organisation: victim.tenant)
        let signIn = try await problem {
            _ = try await fixture.complete(challenge, code: guess.code(step: fixture.step))
        }
        #expect(signIn?.status == .tooManyRequests)
    }

    @Test("of 40 tries at once at two copies of the service no more are looked at than are free")
    func parallelPasswords() async throws {
        let fixture = try await IdentityFixture.make(
            rules: Self.rules { $0.signInByAccount = .tight("password-account", free: 5) })
        let owner = try await fixture.organisation()
        let copy = try fixture.secondCopy()
        let before = fixture.parts.hasher.computations
        let answers = try await withThrowingTaskGroup(of: Problem?.self) { group in
            for number in 0..<40 {
                let side = number % 2 == 0 ? fixture : copy
                group.addTask {
                    try await problem { _ = try await side.challenge(owner.email, password: Self.wrong) }
                }
            }
            return try await group.reduce(into: [Problem?]()) { $0.append($1) }
        }
        #expect(answers.filter { $0 == .invalidCredentials }.count == 5)
        #expect(answers.filter { $0?.status == .tooManyRequests }.count == 35)
        #expect(fixture.parts.hasher.computations == before + 5)
    }

    @Test("of 30 codes at once on one account no more are looked at than are free")
    func parallelCodes() async throws {
        let fixture = try await IdentityFixture.make(
            rules: Self.rules { $0.codeByAccount = .tight("code-account", free: 4) })
        let owner = try await fixture.organisation()
        fixture.clock.advance(.seconds(TOTP.stepSeconds))
        let wrong = owner.totp.code(step: fixture.step) == "000000" ? "000001" : "000000"
        var challenges: [SignInChallenge] = []
        for _ in 0..<30 { challenges.append(try await fixture.challenge(owner.email)) }
        let answers = try await withThrowingTaskGroup(of: Problem?.self) { group in
            for challenge in challenges {
                group.addTask { try await problem { _ = try await fixture.complete(challenge, code: wrong) } }
            }
            return try await group.reduce(into: [Problem?]()) { $0.append($1) }
        }
        #expect(answers.filter { $0 == .invalidCode }.count == 4)
        #expect(answers.filter { $0?.status == .tooManyRequests }.count == 26)
    }

    @Test("strangers lock the account to strangers; its own device goes on, and has a count of its own")
    func knownDevice() async throws {
        let fixture = try await IdentityFixture.make(
            rules: Self.rules { $0.signInByDevice = .tight("password-device", free: 2) })
        let owner = try await fixture.organisation()
        let device = try #require(try await fixture.tokens(of: owner).newDevice)
        for _ in 0..<AccountStore.failuresBeforeLock {
            _ = try await problem { _ = try await fixture.challenge(owner.email, password: Self.wrong) }
        }
        #expect(try await problem { _ = try await fixture.challenge(owner.email) } == .invalidCredentials)
        // No second token for a device that is known, and its sign-in opens nothing to strangers.
        #expect(try await fixture.tokens(of: owner, device: device).newDevice == nil)
        #expect(try await problem { _ = try await fixture.challenge(owner.email) } == .invalidCredentials)
        for _ in 0..<2 {
            let refusal = try await problem {
                _ = try await fixture.challenge(owner.email, password: Self.wrong, device: device)
            }
            #expect(refusal == .invalidCredentials)
        }
        let refusal = try await problem { _ = try await fixture.challenge(owner.email, device: device) }
        #expect(refusal?.headers[.rateLimit]?.hasPrefix("\"password-device\"") == true)
    }

    @Test("a sign-in on a known device forgets nothing of what strangers tried")
    func strangersStayCounted() async throws {
        let fixture = try await IdentityFixture.make(
            rules: Self.rules { $0.signInByAccount = .tight("password-account", free: 3) })
        let owner = try await fixture.organisation()
        let device = try #require(try await fixture.tokens(of: owner).newDevice)
        for _ in 0..<3 {
            let refusal = try await problem { _ = try await fixture.challenge(owner.email, password: Self.wrong) }
            #expect(refusal == .invalidCredentials)
        }
        _ = try await fixture.tokens(of: owner, device: device)
        let refusal = try await problem { _ = try await fixture.challenge(owner.email, password: Self.wrong) }
        #expect(refusal == .invalidCredentials)
        let next = try await problem { _ = try await fixture.challenge(owner.email, password: Self.wrong) }
        #expect(next?.status == .tooManyRequests)
    }

    @Test("a device of one account is a stranger to another, as is one that was made up or is too old")
    func foreignDevice() async throws {
        let fixture = try await IdentityFixture.make()
        let (owner, other) = (try await fixture.organisation(), try await fixture.organisation("Other"))
        let device = try #require(try await fixture.tokens(of: owner).newDevice)
        let made = OpaqueToken.generate(.device)
        for _ in 0..<AccountStore.failuresBeforeLock {
            _ = try await problem { _ = try await fixture.challenge(other.email, password: Self.wrong, device: device) }
            _ = try await problem { _ = try await fixture.challenge(owner.email, password: Self.wrong, device: made) }
        }
        #expect(
            try await problem { _ = try await fixture.challenge(other.email, device: device) } == .invalidCredentials)
        #expect(try await problem { _ = try await fixture.challenge(owner.email, device: made) } == .invalidCredentials)
        _ = try await fixture.challenge(owner.email, device: device)
        fixture.clock.advance(KnownDevice.lifetime)
        #expect(try await fixture.parts.devices.find(device, now: fixture.clock.now) == nil)
    }

    @Test("an account knows its twenty latest devices")
    func mostDevices() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let first = try #require(try await fixture.tokens(of: owner).newDevice)
        var latest = first
        for _ in 0..<KnownDevice.mostOfAccount { latest = try #require(try await fixture.tokens(of: owner).newDevice) }
        #expect(try await fixture.parts.devices.find(first, now: fixture.clock.now) == nil)
        #expect(try await fixture.parts.devices.find(latest, now: fixture.clock.now) != nil)
        let rows = try await fixture.database.query(fixture.parts.system, "SELECT count(*) FROM known_device")
        #expect(try rows.first?.get(at: 0, as: Int.self) == KnownDevice.mostOfAccount)
    }

    @Test("what is left is told on every answer of a limited route, alike for accounts that are there and that are not")
    func headers() async throws {
        let fixture = try await IdentityFixture.make(
            rules: Self.rules { $0.signInByAccount = .tight("password-account", free: 5) })
        let owner = try await fixture.organisation()
        func answer(_ email: String, _ password: String) async throws -> HTTPFields {
            let body: JSONValue = ["email": .string(email), "password": .string(password)]
            do {
                return try await RateLimitNote.showing(fixture.call()) { call in
                    try await .json(fixture.signIn.begin(.decode(from: body), call))
                }.headers
            } catch let problem as Problem {
                return problem.headers
            }
        }
        for left in stride(from: 4, through: 0, by: -1) {
            let known = try await answer(owner.email, Self.wrong)
            #expect(known[.rateLimit]?.hasPrefix("\"password-account\";r=\(left);") == true, "\(known)")
            #expect(known[.rateLimitPolicy]?.hasPrefix("\"password-account\";q=5;") == true)
            #expect(try await answer("nobody@example.org", Self.wrong) == known)
        }
        let refused = try await answer(owner.email, Self.wrong)
        #expect(refused[.rateLimit]?.contains("r=0") == true && refused[.retryAfter] != nil)
        let other = try await fixture.organisation("Other")
        #expect(try await answer(other.email, IdentityFixture.password)[.rateLimit]?.contains("r=4") == true)
    }

    @Test("the header names no limit of an organisation that the request did not name")
    func silentLimit() async throws {
        let fixture = try await IdentityFixture.make(
            rules: Self.rules {
                $0.signInByOrganisation = RateRule(
                    name: "password-organisation", burst: 2, interval: .seconds(10))
            })
        let owner = try await fixture.organisation()
        let body: JSONValue = ["email": .string(owner.email), "password": .string(IdentityFixture.password)]
        let reply = try await RateLimitNote.showing(fixture.call()) { call in
            try await .json(fixture.signIn.begin(.decode(from: body), call))
        }
        #expect(reply.headers[.rateLimit] != nil)
        #expect(reply.headers[.rateLimit]?.hasPrefix("\"password-organisation\"") == false)
    }

    @Test("a 429 and a 503 say when to come back")
    func retryAfter() {
        let problems: [Problem] = [
            .mailMissing, .mailQueueFull, .resetQueueFull, .unavailable(), .timeLimit, .tooManyRequests(retryAfter: 3),
            PasswordHasher.Overloaded(retryAfterSeconds: 5).problem,
            RateLimit(policy: "x", quota: 1, window: 1, remaining: 0, reset: 0).exceeded,
        ]
        for problem in problems { #expect(Int(problem.headers[.retryAfter] ?? "") ?? 0 > 0, "\(problem.code)") }
    }

    @Test("an organisation is counted over all addresses: named it tells so, unnamed it tells nothing")
    func organisation() async throws {
        let fixture = try await IdentityFixture.make(
            rules: Self.rules {
                $0.signInByOrganisation = RateRule(
                    name: "password-organisation", burst: 2, interval: .seconds(10))
            })
        let owner = try await fixture.organisation()
        let device = try #require(try await fixture.tokens(of: owner).newDevice)
        for number in 0..<2 {
            _ = try await problem {
                _ = try await fixture.challenge(
                    "somebody\(number)@example.org", organisation: owner.tenant, ip: "192.0.2.\(number + 10)")
            }
        }
        let named = try await problem {
            _ = try await fixture.challenge("somebody3@example.org", organisation: owner.tenant, ip: "192.0.2.20")
        }
        #expect(named?.headers[.rateLimit]?.hasPrefix("\"password-organisation\"") == true)
        let before = fixture.parts.hasher.computations
        #expect(try await problem { _ = try await fixture.challenge(owner.email) } == .invalidCredentials)
        #expect(fixture.parts.hasher.computations == before + 1)
        #expect(try await fixture.trail(owner.tenant).last == "session.sign_in denied organisation-limited")
        _ = try await fixture.challenge(owner.email, device: device)
        _ = try await fixture.challenge(owner.email, organisation: owner.tenant, device: device)
    }

    @Test("addresses are counted whatever the account, passwords and codes apart")
    func address() async throws {
        let fixture = try await IdentityFixture.make(
            rules: Self.rules {
                $0.signInByAddress = RateRule(name: "password-address", burst: 2, interval: .seconds(10))
                $0.codeByAddress = RateRule(name: "code-address", burst: 1, interval: .seconds(10))
            })
        for number in 0..<2 {
            let email = "somebody\(number)@example.org"
            #expect(try await problem { _ = try await fixture.challenge(email) } == .invalidCredentials)
        }
        let refusal = try await problem { _ = try await fixture.challenge("somebody@example.org") }
        #expect(refusal?.headers[.rateLimit]?.hasPrefix("\"password-address\"") == true)
        #expect(refusal?.headers[.retryAfter] == "10")
        #expect(
            try await problem { _ = try await fixture.challenge("somebody@example.org", ip: "192.0.2.99") }
                == .invalidCredentials)
        let none = SignInChallenge(token: .generate(.challenge), expires: fixture.clock.now, factors: [])
        #expect(try await problem { _ = try await fixture.complete(none, code: "000000") } == .invalidChallenge)
        let code = try await problem { _ = try await fixture.complete(none, code: "000000") }
        #expect(code?.headers[.rateLimit]?.hasPrefix("\"code-address\"") == true)
    }

    @Test("an address of IPv6 counts by its network, and one that is IPv4 in other clothes as that")
    func addressKeys() {
        func key(_ ip: String) -> [UInt8] { Call(clientIP: ip, logger: TestDatabase.quiet).addressKey }
        #expect(key("2001:db8::1") == key("2001:db8::ffff:2"))
        #expect(key("2001:db8::1") != key("2001:db8:0:1::1"))
        #expect(key("::ffff:192.0.2.1") == key("192.0.2.1"))
        #expect(key("192.0.2.1") != key("192.0.2.2"))
        #expect(key("") == [])
        #expect(key("no address") == Array("no address".utf8))
    }

    @Test("whoever changes the address within one network is still counted as one")
    func addressOfANetwork() async throws {
        let fixture = try await IdentityFixture.make(
            rules: Self.rules {
                $0.signInByAddress = RateRule(name: "password-address", burst: 3, interval: .seconds(10))
            })
        func answer(_ ip: String) async throws -> Problem? {
            try await problem { _ = try await fixture.challenge("\(UUIDv7.generate())@example.org", ip: ip) }
        }
        for host in 1...3 { #expect(try await answer("2001:db8::\(host)") == .invalidCredentials) }
        #expect(try await answer("2001:db8::4")?.status == .tooManyRequests)
        #expect(try await answer("2001:db8:0:1::4") == .invalidCredentials)
    }

    @Test("the device's cookie is for this host over TLS alone, and only one of them counts")
    func cookie() throws {
        let token = OpaqueToken.generate(.device)
        let header = DeviceCookie.header(token)
        for part in ["__Host-", "; Path=/;", "; Secure", "; HttpOnly", "; SameSite=Strict"] {
            #expect(header.contains(part))
        }
        func read(_ cookies: String) -> OpaqueToken? {
            DeviceCookie.token(of: Call(headers: [.cookie: cookies], logger: TestDatabase.quiet))
        }
        let pair = "\(DeviceCookie.name)=\(token.text)"
        #expect(read("a=b; \(pair)")?.hash == token.hash)
        #expect(read("\(pair); \(pair)") == nil)
        #expect(read("\(DeviceCookie.name)=rubbish") == nil)
        #expect(read("x\(pair)") == nil)
        #expect(read(";;=;\(DeviceCookie.name)") == nil)
    }
}
