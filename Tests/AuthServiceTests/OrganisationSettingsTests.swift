import AuditClient
import AuditCore
import HTTPTypes
import IdentityClient
import PolicyClient
import PolicyCore
@_spi(ScopeMinting) import Postgres
import SQLQuery
@_spi(Authenticated) import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import AuthService

@Suite("What an organisation demands of sign-ins")
struct OrganisationSettingsTests {
    /// An organisation, its owner's token, and the commands.
    private struct Story {
        let fixture: IdentityFixture
        let owner: IdentityFixture.Person
        let token: AccessToken
        var commands: OrganisationSettingsCommands { OrganisationSettingsCommands(parts: fixture.parts) }

        static func make() async throws -> Story {
            let fixture = try await IdentityFixture.make()
            let owner = try await fixture.organisation()
            return Story(
                fixture: fixture, owner: owner, token: try fixture.accessToken(try await fixture.tokens(of: owner)))
        }

        @discardableResult
        func change(
            version: Int64? = nil, by token: AccessToken? = nil, ip: String = "192.0.2.1",
            _ body: (inout OrganisationSettings) -> Void
        ) async throws -> VersionedSettings {
            let present = try await commands.current(self.token.tenantScope)
            var settings = present.settings
            body(&settings)
            return try await commands.change(
                to: settings, version: ETag(version: version ?? present.version), by: token ?? self.token,
                decision: nil, fixture.call(ip: ip))
        }

        func signIn(_ person: IdentityFixture.Person, ip: String = "192.0.2.1") async throws -> IssuedTokens {
            fixture.clock.advance(.seconds(TOTP.stepSeconds))
            let challenge = try await fixture.challenge(person.email, organisation: person.tenant, ip: ip)
            let code = person.totp.code(step: fixture.step)
            return try await fixture.signIn.complete(
                .decode(from: ["challenge": .string(challenge.token.text), "code": .string(code)]),
                fixture.call(ip: ip))
        }
    }

    private static func range(_ text: String) throws -> AddressRange { try #require(AddressRange(text)) }

    // MARK: The shape

    @Test("settings go over the wire and back; nothing laxer than what holds for all can be said")
    func shape() throws {
        let standard = OrganisationSettings.standard
        #expect(try OrganisationSettings.decode(from: standard.wire) == standard)
        let wrong: [(path: [String], value: JSONValue, pointer: String)] = [
            (["sessions", "idle_minutes"], 31, "/sessions/idle_minutes"),
            (["sessions", "idle_minutes"], 0, "/sessions/idle_minutes"),
            (["sessions", "absolute_minutes"], 721, "/sessions/absolute_minutes"),
            (["sessions", "absolute_minutes"], -1, "/sessions/absolute_minutes"),
            (["passwords", "minimum_length"], 7, "/passwords/minimum_length"),
            (["passwords", "minimum_length"], 65, "/passwords/minimum_length"),
            (["addresses"], ["10.0.0.1/8"], "/addresses/0"), (["addresses"], ["everywhere"], "/addresses/0"),
            (["addresses"], .array(.init(repeating: "10.0.0.1", count: 65)), "/addresses"),
            (["sign_in_methods"], [], "/sign_in_methods"), (["sign_in_methods"], ["recovery_code"], "/sign_in_methods"),
            (["sign_in_methods"], ["passkey", "passkey"], "/sign_in_methods"),
            (["sign_in_methods"], ["sms"], "/sign_in_methods/0"),
            (["factors", "phishing_resistant_roles"], ["root"], "/factors/phishing_resistant_roles"),
            (["factors", "second_factor"], "yes", "/factors/second_factor"),
            (["factors", "third_factor"], true, "/factors/third_factor"), (["backdoor"], true, "/backdoor"),
        ]
        for (path, value, pointer) in wrong {
            var body = standard.wire.object ?? [:]
            if path.count == 2 {
                var group = body[path[0]]?.object ?? [:]
                group[path[1]] = value
                body[path[0]] = .object(group)
            } else {
                body[path[0]] = value
            }
            let errors = #expect(throws: FieldErrors.self) { try OrganisationSettings.decode(from: .object(body)) }
            #expect(errors?.errors.map(\.pointer) == [pointer])
        }
        let errors = #expect(throws: FieldErrors.self) { try OrganisationSettings.decode(from: [:]) }
        #expect(errors?.errors.count == 5)
    }

    // MARK: Versions

    @Test("each change is a version that stays, is on record before and after, and needs the version before it")
    func versions() async throws {
        let story = try await Story.make()
        #expect(try await story.commands.current(story.token.tenantScope).version == 0)
        try await story.change { $0.sessions.idleMinutes = 10 }
        #expect(try await problem { try await story.change(version: 0) { $0.sessions.idleMinutes = 20 } } == .stale)
        try await story.change { $0.minimumPasswordLength = 20 }
        // The same again changes nothing.
        #expect(try await story.change { _ in }.version == 2)
        let rows = try await story.fixture.database.query(
            story.token.tenantScope,
            OrganisationSettingsStore.history(story.owner.tenant, before: .max, limit: 10))
        let entries = try rows.map(OrganisationSettingsStore.entry)
        #expect(entries.map(\.version) == [2, 1])
        #expect(entries.map(\.settings.minimumPasswordLength) == [20, 8])
        #expect(entries.allSatisfy { $0.changedBy == story.owner.member })
        let events = try await story.fixture.events(story.owner.tenant).filter {
            $0["action"]?.string == OrganisationSettingsCommands.update
        }
        #expect(events.count == 2)
        let change = try #require(events.first?["changes"]?.array?.first)
        #expect(change["field"] == "sessions")
        #expect(change["before"]?["plain"]?["idle_minutes"] == 30 && change["after"]?["plain"]?["idle_minutes"] == 10)
    }

    @Test("of parallel changes of one version one is made")
    func parallel() async throws {
        let story = try await Story.make()
        let refusals = try await withThrowingTaskGroup(of: Problem?.self) { group in
            for minutes in 10..<18 {
                group.addTask {
                    try await problem { try await story.change(version: 0) { $0.sessions.idleMinutes = minutes } }
                }
            }
            return try await group.reduce(into: [Problem?]()) { $0.append($1) }
        }
        #expect(refusals.filter { $0 == nil }.count == 1)
        #expect(refusals.compactMap { $0 }.allSatisfy { $0 == .stale })
    }

    @Test("the service's own role can neither change nor remove a version, and another organisation sees none")
    func appendOnly() async throws {
        let story = try await Story.make()
        try await story.change { $0.sessions.idleMinutes = 10 }
        for statement in [
            "UPDATE organisation_settings SET changed_by = changed_by", "DELETE FROM organisation_settings",
        ] as [SQL] {
            let error = await #expect(throws: PostgresError.self) {
                try await story.fixture.database.execute(story.token.tenantScope, statement)
            }
            #expect(error?.code == .insufficientPrivilege)
        }
        let other = try await story.fixture.organisation("Other")
        #expect(try await story.commands.current(TenantScope(tenant: other.tenant)).settings == .standard)
        let leaked = try await story.fixture.database.query(
            TenantScope(tenant: other.tenant), OrganisationSettingsStore.current(story.owner.tenant))
        #expect(leaked.isEmpty)
    }

    // MARK: Enforcing

    @Test("addresses are judged at sign-in and at refresh; the refused sign-in has used up its code and is on record")
    func addresses() async throws {
        let story = try await Story.make()
        let (fixture, owner) = (story.fixture, story.owner)
        let outside = try await story.signIn(owner, ip: "198.51.100.7")
        let inside = try await story.signIn(owner)
        try await story.change { $0.addresses = ["192.0.2.0/24", "2001:db8::/32"].compactMap { AddressRange($0) } }
        let refused = try await problem {
            _ = try await fixture.sessions.refresh(outside.refresh?.text ?? "", fixture.call(ip: "198.51.100.7"))
        }
        #expect(refused == .invalidGrant)
        #expect(try await fixture.trail(owner.tenant).last == "session.refresh denied address-not-allowed")
        _ = try await fixture.sessions.refresh(inside.refresh?.text ?? "", fixture.call(ip: "::ffff:192.0.2.200"))
        for ip in ["198.51.100.7", "192.0.3.1", "2001:db9::1", "", "localhost"] {
            fixture.clock.advance(.seconds(TOTP.stepSeconds))
            let challenge = try await fixture.challenge(owner.email, ip: ip)
            let body: JSONValue = [
                "challenge": .string(challenge.token.text), "code": .string(owner.totp.code(step: fixture.step)),
            ]
            let refusal = try await problem {
                _ = try await fixture.signIn.complete(.decode(from: body), fixture.call(ip: ip))
            }
            #expect(refusal?.code == "address-not-allowed", "\(ip)")
            #expect(try await fixture.trail(owner.tenant).last == "session.sign_in denied address-not-allowed")
            let again = try await problem {
                _ = try await fixture.signIn.complete(.decode(from: body), fixture.call())
            }
            #expect(again == .invalidChallenge)
        }
        _ = try await story.signIn(owner, ip: "2001:db8:1::5")
    }

    @Test("a role that needs a passkey is not let in with a code, at sign-in nor at refresh, whatever the account has")
    func phishingResistant() async throws {
        let story = try await Story.make()
        let (fixture, tenant) = (story.fixture, story.owner.tenant)
        let analyst = try await fixture.person(in: tenant, roles: [.analyst])
        let viewer = try await fixture.person(in: tenant, roles: [.viewer])
        let living = try await story.signIn(analyst)
        try await story.change { $0.factors.phishingResistantRoles = [.analyst] }
        // That a passkey is there counts for nothing: it was not used.
        try await fixture.addPasskey(to: analyst)
        let refusal = try await problem { _ = try await story.signIn(analyst) }
        #expect(refusal?.code == "phishing-resistant-factor-required")
        #expect(try await problem { _ = try await fixture.refresh(living) } == .invalidGrant)
        _ = try await story.signIn(viewer)
        let session = try await opened(analyst, amr: ["hwk", "user", "mfa"], fixture)
        #expect(try session.get().refresh != nil)
    }

    @Test("a grace period lets people in until it ends, and them alone whose sign-in used enough afterwards")
    func grace() async throws {
        let story = try await Story.make()
        let (fixture, tenant) = (story.fixture, story.owner.tenant)
        let analyst = try await fixture.person(in: tenant, roles: [.analyst])
        let start = fixture.clock.now.adding(.seconds(3600))
        try await story.change {
            $0.factors = .init(needsSecond: true, phishingResistantRoles: [.analyst], enforcedFrom: start)
        }
        let living = try await story.signIn(analyst)
        #expect(try await opened(analyst, amr: ["pwd"], fixture).get().refresh != nil)
        fixture.clock.advance(.seconds(1200))
        let renewed = try await fixture.refresh(living)
        fixture.clock.advance(.seconds(1500))
        let last = try await fixture.refresh(renewed)
        fixture.clock.advance(.seconds(1000))
        #expect(try await problem { _ = try await fixture.refresh(last) } == .invalidGrant)
        let single = try await opened(story.owner, amr: ["pwd"], fixture)
        #expect(throws: SettingsDemand.secondFactor.problem) { try single.get() }
        let far = fixture.clock.now.adding(OrganisationSettings.longestGrace).adding(.seconds(60))
        let refusal = try await problem { try await story.change { $0.factors.enforcedFrom = far } }
        #expect(refusal?.errors.map(\.pointer) == ["/factors/enforced_from"])
    }

    @Test("ways to sign in that are not allowed open nothing", arguments: SignInMethod.allCases)
    func methods(method: SignInMethod) async throws {
        let story = try await Story.make()
        let fixture = story.fixture
        let amr: [SignInMethod: [String]] = [
            .password: ["pwd", "otp", "mfa"], .recoveryCode: SignInCommands.recoveryMethods,
            .passkey: ["swk", "user", "mfa"],
        ]
        let person = try await fixture.person(in: story.owner.tenant, roles: [.employee])
        let allowed: [SignInMethod] = method == .recoveryCode ? [.recoveryCode, .passkey] : [method]
        // Not through the command, which would lock the owner out.
        try await fixture.database.execute(
            story.token.tenantScope,
            OrganisationSettingsStore.insert(
                OrganisationSettings(signInMethods: allowed), version: 1, tenant: story.owner.tenant,
                by: story.owner.member, now: fixture.clock.now))
        for used in SignInMethod.allCases {
            let outcome = try await opened(person, amr: amr[used] ?? [], fixture)
            #expect(((try? outcome.get()) != nil) == allowed.contains(used), "\(used)")
        }
        #expect((try? await opened(person, amr: ["telepathy"], fixture).get()) == nil)
    }

    /// A session of somebody who used these factors, as a sign-in opens it.
    private func opened(
        _ person: IdentityFixture.Person, amr: [String], _ fixture: IdentityFixture
    ) async throws -> Result<IssuedTokens, Problem> {
        let rows = try await fixture.database.query(
            fixture.parts.system,
            "SELECT account FROM membership WHERE tenant = \(person.tenant) AND member = \(person.member)")
        let now = fixture.clock.now
        let session = SessionRecord(
            id: .generate(at: now), account: try #require(rows.first).get("account"), tenant: person.tenant,
            member: person.member, clientID: SessionCommands.firstPartyClient, amr: amr, authenticatedAt: now,
            lastUsedAt: now, expiresAt: now.adding(SessionLimits.absolute), endedAt: nil)
        return try await fixture.database.transaction(TenantScope(tenant: person.tenant)) { transaction in
            try await fixture.sessions.open(session, fixture.call(), in: transaction)
        }
    }

    @Test("sessions end when the organisation says, refreshes extend neither limit, and no token outlives them")
    func sessionLengths() async throws {
        let story = try await Story.make()
        let fixture = story.fixture
        let before = try await story.signIn(story.owner)
        try await story.change { $0.sessions = .init(idleMinutes: 5, absoluteMinutes: 15) }
        let start = fixture.clock.now
        var tokens = try await story.signIn(story.owner)
        let opened = fixture.clock.now
        #expect(tokens.access.expires <= opened.adding(.seconds(300)))
        for _ in 0..<3 {
            fixture.clock.advance(.seconds(270))
            tokens = try await fixture.refresh(tokens)
            #expect(tokens.access.expires <= opened.adding(.seconds(900)))
            #expect(tokens.access.expires <= fixture.clock.now.adding(.seconds(300)))
        }
        fixture.clock.advance(.seconds(89))
        tokens = try await fixture.refresh(tokens)
        #expect(tokens.access.expires <= opened.adding(.seconds(900)))
        fixture.clock.advance(.seconds(2))
        #expect(try await problem { _ = try await fixture.refresh(tokens) } == .invalidGrant)
        // A session from before the change is no better: five minutes without use are its end.
        #expect(fixture.clock.now.since(start) > .seconds(300))
        #expect(try await problem { _ = try await fixture.refresh(before) } == .invalidGrant)
        let idle = try await story.signIn(story.owner)
        fixture.clock.advance(.seconds(301))
        #expect(try await problem { _ = try await fixture.refresh(idle) } == .invalidGrant)
    }

    @Test("a new password is as long as the strictest of the account's organisations asks")
    func passwords() async throws {
        let story = try await Story.make()
        let fixture = story.fixture
        try await story.change { $0.minimumPasswordLength = 24 }
        let (_, invitation) = try await fixture.invite("new@example.org", in: story.owner.tenant, roles: [.viewer])
        let short = "orbit walnut canteen"
        let refusal = try await problem { _ = try await fixture.accept(invitation.token.text, password: short) }
        #expect(refusal?.errors.first?.detail == "must have at least 24 characters")
        _ = try await fixture.accept(invitation.token.text, password: short + " thistle")

        let other = try await fixture.organisation("Lax")
        let (_, second) = try await fixture.invite(story.owner.email, in: other.tenant, roles: [.viewer])
        let started = try await fixture.accept(second.token.text)
        fixture.clock.advance(.seconds(TOTP.stepSeconds))
        try await fixture.confirm(started, story.owner.totp)
        let resets = PasswordResetCommands(parts: fixture.parts)
        try await resets.grant(resets.ask(.decode(from: ["email": .string(story.owner.email)]), fixture.call()))
        let token = try await fixture.mailedToken(.reset, to: story.owner.email).text
        let tooShort = try await problem {
            try await resets.confirm(
                .decode(from: ["token": .string(token), "password": .string(short)]), fixture.call())
        }
        #expect(tooShort?.errors.first?.detail == "must have at least 24 characters")
    }

    // MARK: Locking out

    @Test("a change that would lock out whoever makes it is refused with its pointers, and nothing changes")
    func lockout() async throws {
        let story = try await Story.make()
        let cases: [(pointer: String, change: @Sendable (inout OrganisationSettings) -> Void)] = [
            ("/addresses", { $0.addresses = [AddressRange("198.51.100.0/24")].compactMap { $0 } }),
            ("/sign_in_methods", { $0.signInMethods = [.passkey] }),
            ("/factors/phishing_resistant_roles", { $0.factors.phishingResistantRoles = [.owner] }),
        ]
        for (pointer, change) in cases {
            let refusal = try await problem { try await story.change(change) }
            #expect(refusal?.code == "would-lock-out")
            #expect(refusal?.errors.map(\.pointer) == [pointer])
        }
        #expect(try await story.commands.current(story.token.tenantScope).version == 0)
        // With a grace period there is time to register a passkey.
        let later = story.fixture.clock.now.adding(.seconds(86_400))
        try await story.change { $0.factors = .init(phishingResistantRoles: [.owner], enforcedFrom: later) }
    }

    @Test("a client comes from an allowed address too")
    func clients() throws {
        let settings = OrganisationSettings(addresses: [try Self.range("192.0.2.0/24")])
        let use = SettingsDemand.Use(amr: ["swk"], roles: [], address: "203.0.113.1")
        #expect(SettingsDemand.unmetByRenewal(use, settings, at: .now()) == [.address])
    }

    // MARK: Simulating

    @Test("the simulation names who would be locked out and why, by what the accounts have and where they last were")
    func simulation() async throws {
        let story = try await Story.make()
        let (fixture, tenant) = (story.fixture, story.owner.tenant)
        let keyed = try await fixture.person(in: tenant, roles: [.analyst])
        let plain = try await fixture.person(in: tenant, roles: [.analyst])
        let away = try await fixture.person(in: tenant, roles: [.viewer])
        try await fixture.addPasskey(to: keyed)
        _ = try await story.signIn(away, ip: "198.51.100.7")
        let bundle = try PolicyStandIn.bundle { _, text in text }
        let subject = Subject(tenant: tenant.text, id: story.owner.member.text, roles: ["owner"])
        try await PolicyStandIn.deciding(by: bundle, for: subject, asking: .auth) { policy in
            let call = Call(accessToken: story.token, logger: TestDatabase.quiet)
            let gate = try await MemberEnforcement(parts: fixture.parts, policy: policy)
                .gate(call, action: "member.view")
            var settings = OrganisationSettings()
            settings.addresses = [try Self.range("192.0.2.0/24")]
            settings.factors = .init(
                phishingResistantRoles: [.analyst], enforcedFrom: fixture.clock.now.adding(.seconds(3600)))
            let simulation = SettingsSimulation(parts: fixture.parts)
            let report = try await simulation.run(settings, story.token.tenantScope, gate: gate)
            #expect(report.checked == 4 && report.lockedOut == 2)
            let named: [String: JSONValue?] = Dictionary(
                uniqueKeysWithValues: report.members.map { ($0["email"]?.string ?? "", $0["reasons"]) })
            let expected: [String: JSONValue?] = [
                plain.email: ["phishing-resistant-factor-required"], away.email: ["address-not-allowed"],
            ]
            #expect(named == expected)
            settings.signInMethods = [.passkey]
            settings.addresses = []
            let strict = try await simulation.run(settings, story.token.tenantScope, gate: gate)
            #expect(strict.lockedOut == 3)
            let free = try await simulation.run(.standard, story.token.tenantScope, gate: gate)
            #expect(free.lockedOut == 0 && free.wire["is_complete"] == true)
        }
        #expect(try await story.commands.current(story.token.tenantScope).version == 0, "nothing was changed")
    }

    @Test("only who may change the settings may try some out, and a refusal is on record")
    func whoMay() async throws {
        let story = try await Story.make()
        let (fixture, tenant) = (story.fixture, story.owner.tenant)
        let admin = try await fixture.person(in: tenant, roles: [.admin])
        let token = try fixture.accessToken(try await fixture.tokens(of: admin))
        let bundle = try PolicyStandIn.bundle { _, text in text }
        let subject = Subject(tenant: tenant.text, id: admin.member.text, roles: ["admin"])
        try await PolicyStandIn.deciding(by: bundle, for: subject, asking: .auth) { policy in
            let routes = OrganisationRoutes(parts: fixture.parts, policy: policy)
            let call = Call(accessToken: token, logger: TestDatabase.quiet)
            _ = try await routes.judge(call, OrganisationSettingsCommands.view)
            let refusal = try await problem {
                _ = try await routes.judge(call, OrganisationSettingsCommands.update)
            }
            #expect(refusal?.status == .forbidden)
            #expect(try await fixture.trail(tenant).last == "organisation.update_settings denied no-grant")
        }
    }
}
