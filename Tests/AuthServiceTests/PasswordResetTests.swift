import IdentityClient
import Logging
import Postgres
import SQLQuery
import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import AuthService

@Suite("New passwords by mail")
struct PasswordResetTests {
    private static let new = "orbit walnut canteen thistle"

    /// Keeps mails instead of sending them.
    private actor Mailbox: MailTransport {
        private(set) var mails: [MailMessage] = []

        func send(_ message: MailMessage, id: UUIDv7, at now: Instant) throws(MailFailure) { mails.append(message) }

        /// The token of the latest link.
        func token() throws -> String {
            let links = mails.compactMap { mail in
                mail.body.split(separator: "\n").first { $0.hasPrefix("https://people.example/reset-password?token=") }
            }
            return String(try #require(links.last?.split(separator: "=").last))
        }
    }

    private struct Story {
        let fixture: IdentityFixture
        let owner: IdentityFixture.Person
        let mailbox = Mailbox()
        var commands: PasswordResetCommands { PasswordResetCommands(parts: fixture.parts) }

        static func make(rules: RateRules = .generous) async throws -> Story {
            let fixture = try await IdentityFixture.make(rules: rules)
            return Story(fixture: fixture, owner: try await fixture.organisation())
        }

        func ask(_ email: String, headers: HTTPFields = [:]) async throws {
            let call = Call(headers: headers, clientIP: "192.0.2.1", logger: TestDatabase.quiet)
            let wish = try await commands.ask(.decode(from: ["email": .string(email)]), call)
            try await commands.grant(wish)
            try await deliver()
        }

        func deliver() async throws {
            let relay = MailRelay(
                store: MailStore(database: fixture.database, system: fixture.parts.system),
                secrets: fixture.parts.secrets, transport: mailbox, logger: TestDatabase.quiet, now: fixture.parts.now)
            while try await relay.turn() > 0 {}
        }

        func confirm(_ token: String, _ password: String = PasswordResetTests.new) async throws {
            try await commands.confirm(
                .decode(from: ["token": .string(token), "password": .string(password)]), fixture.call())
        }
    }

    @Test("a link sets a new password once; it signs nobody in, and the code is still asked for")
    func reset() async throws {
        let story = try await Story.make()
        let (fixture, owner) = (story.fixture, story.owner)
        try await story.ask(owner.email.uppercased())
        let token = try await story.mailbox.token()
        #expect(await story.mailbox.mails.map(\.to.comparable) == [owner.email])
        let before = try await fixture.database.query(fixture.parts.system, "SELECT count(*) FROM session")
        try await story.confirm(token)
        let after = try await fixture.database.query(fixture.parts.system, "SELECT count(*) FROM session")
        #expect(try before.first?.get(at: 0, as: Int.self) == after.first?.get(at: 0, as: Int.self))

        #expect(try await problem { try await story.confirm(token) } == .invalidReset)
        #expect(try await problem { _ = try await fixture.challenge(owner.email) } == .invalidCredentials)
        let challenge = try await fixture.challenge(owner.email, password: Self.new)
        #expect(challenge.factors == ["totp", "recovery_code"])
        fixture.clock.advance(.seconds(TOTP.stepSeconds))
        _ = try await fixture.complete(challenge, code: owner.totp.code(step: fixture.step))

        try await story.deliver()
        #expect(await story.mailbox.mails.last?.subject == "Your password was changed")
        let trail = try await fixture.trail(owner.tenant)
        #expect(trail.contains("password.reset_request allowed"))
        #expect(trail.contains("password.reset allowed"))
    }

    @Test("it ends every session, in every organisation, and the revocation feed hears of each")
    func sessions() async throws {
        let story = try await Story.make()
        let (fixture, owner) = (story.fixture, story.owner)
        let second = try await fixture.organisation("Second")
        let (member, invitation) = try await fixture.invite(owner.email, in: second.tenant, roles: [.viewer])
        let started = try await fixture.accept(invitation.token.text)
        fixture.clock.advance(.seconds(TOTP.stepSeconds))
        try await fixture.confirm(started, owner.totp)
        let first = try await fixture.tokens(of: owner)
        let other = try await fixture.tokens(
            of: .init(email: owner.email, tenant: second.tenant, member: member.id, totp: owner.totp))
        let device = try #require(first.newDevice)
        let bystander = try await fixture.tokens(of: second)
        let half = try await fixture.challenge(owner.email)

        try await story.ask(owner.email)
        try await story.confirm(story.mailbox.token())
        for tokens in [first, other] {
            #expect(try await problem { _ = try await fixture.refresh(tokens) } == .invalidGrant)
        }
        _ = try await fixture.refresh(bystander)
        let notices = try await fixture.parts.revocations.page(after: 0).notices
        for tokens in [first, other] {
            let token = try fixture.accessToken(tokens)
            let session = token.session
            let notice = notices.last { $0.target == .session(session) }
            #expect(notice.map { $0.notBefore > token.issuedAt } == true)
        }
        // What the old password had begun is over, and its devices are strangers.
        fixture.clock.advance(.seconds(TOTP.stepSeconds))
        let code = owner.totp.code(step: fixture.step)
        #expect(try await problem { _ = try await fixture.complete(half, code: code) } == .invalidChallenge)
        #expect(try await fixture.parts.devices.find(device, now: fixture.clock.now) == nil)
        #expect(try await fixture.trail(second.tenant).contains("password.reset allowed"))
    }

    @Test("a password that was right before the change gets no challenge after it")
    func lateChallenge() async throws {
        let story = try await Story.make()
        let (fixture, owner) = (story.fixture, story.owner)
        let index = try await fixture.parts.secrets.accountIndex(EmailAddress(owner.email) ?? .placeholder)
        let account = try #require(try await fixture.parts.accounts.find(emailIndex: index))
        try await story.ask(owner.email)
        try await story.confirm(story.mailbox.token())
        let store = SignInStore(database: fixture.database, system: fixture.parts.system)
        let pending = PendingSignIn(id: .generate(), account: account.id, organisation: nil)
        let isKept = try await store.insert(
            pending, hash: OpaqueToken.generate(.challenge).hash, password: account.passwordHash ?? "",
            now: fixture.clock.now, expires: fixture.clock.now.adding(.seconds(60)))
        #expect(!isKept)
    }

    @Test("of 20 parallel uses one sets a password")
    func parallel() async throws {
        let story = try await Story.make()
        try await story.ask(story.owner.email)
        let token = try await story.mailbox.token()
        let successes = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<20 {
                group.addTask {
                    let refusal = try await problem { try await story.confirm(token, "\(Self.new) \(number)") }
                    if let refusal { #expect(refusal == .invalidReset) }
                    return refusal == nil
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(successes == 1)
    }

    @Test("a link is good for 30 minutes, a newer one voids it, and parallel wishes leave one that is good")
    func lifetime() async throws {
        let story = try await Story.make()
        try await story.ask(story.owner.email)
        let old = try await story.mailbox.token()
        try await story.ask(story.owner.email)
        let new = try await story.mailbox.token()
        #expect(try await problem { try await story.confirm(old) } == .invalidReset)
        story.fixture.clock.advance(MailedLink.lifetime)
        #expect(try await problem { try await story.confirm(new) } == .invalidReset)

        story.fixture.clock.advance(.seconds(7200))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 { group.addTask { try await story.ask(story.owner.email) } }
            try await group.waitForAll()
        }
        let rows = try await story.fixture.database.query(
            story.fixture.parts.system, "SELECT count(*) FROM password_reset WHERE consumed_at IS NULL")
        #expect(try rows.first?.get(at: 0, as: Int.self) == 1)
    }

    @Test("a link whose time ends while bcrypt computes sets nothing")
    func lateAtTheEnd() async throws {
        let story = try await Story.make()
        try await story.ask(story.owner.email)
        let token = try #require(OpaqueToken(try await story.mailbox.token(), kind: .reset))
        let (database, system) = (story.fixture.database, story.fixture.parts.system)
        let now = story.fixture.clock.now
        let found = try await PasswordResetStore(database: database, system: system).find(hash: token.hash, now: now)
        let reset = try #require(found)
        let late = now.adding(MailedLink.lifetime)
        #expect(try await database.execute(system, PasswordResetStore.consume(reset.id, now: late)) == 0)
        #expect(try await database.execute(system, PasswordResetStore.consume(reset.id, now: now)) == 1)
    }

    @Test("wishes of one account wait for each other")
    func ordered() async throws {
        let story = try await Story.make()
        let database = story.fixture.database
        let rows = try await database.query(story.fixture.parts.system, "SELECT id FROM account")
        let account: UUIDv7 = try #require(rows.first).get("id")
        try await database.transaction(SystemTenant.scope) { transaction in
            _ = try await transaction.query(PasswordResetStore.lock(account: account))
            let error = await #expect(throws: PostgresError.self) {
                try await database.transaction(SystemTenant.scope) { other in
                    _ = try await other.execute("SET LOCAL lock_timeout = '100ms'")
                    _ = try await other.query(PasswordResetStore.lock(account: account))
                }
            }
            #expect(error?.code == .lockNotAvailable)
        }
    }

    @Test("whoever has set a new password does not wait for what strangers tried before")
    func countsForgotten() async throws {
        var rules = RateRules.generous
        rules.signInByAccount = .tight("password-account", free: 3)
        let story = try await Story.make(rules: rules)
        for _ in 0..<3 {
            _ = try await problem { _ = try await story.fixture.challenge(story.owner.email, password: Self.new) }
        }
        let refusal = try await problem { _ = try await story.fixture.challenge(story.owner.email) }
        #expect(refusal?.status == .tooManyRequests)
        try await story.ask(story.owner.email)
        try await story.confirm(story.mailbox.token())
        _ = try await story.fixture.challenge(story.owner.email, password: Self.new)
    }

    @Test("a refused password leaves the link good")
    func refusedPassword() async throws {
        let story = try await Story.make()
        try await story.ask(story.owner.email)
        let token = try await story.mailbox.token()
        for password in ["short", "password1", "", String(repeating: "x", count: 73)] {
            let refusal = try await problem { try await story.confirm(token, password) }
            #expect(refusal?.errors.map(\.pointer) == ["/password"])
        }
        try await story.confirm(token)
    }

    @Test("an account without a second factor needs a longer one")
    func alone() async throws {
        let story = try await Story.make()
        try await story.fixture.database.execute(story.fixture.parts.system, "DELETE FROM totp")
        try await story.ask(story.owner.email)
        let token = try await story.mailbox.token()
        let refusal = try await problem { try await story.confirm(token, "kV9!tz#qRw2mX4") }
        #expect(refusal?.errors.first?.detail == "must have at least 15 characters")
        try await story.confirm(token, "kV9!tz#qRw2mX4b")
    }

    @Test("a passkey counts as the second factor, recovery codes do not")
    func passkeyCounts() async throws {
        let story = try await Story.make()
        let (database, system) = (story.fixture.database, story.fixture.parts.system)
        try await database.execute(system, "DELETE FROM totp")
        try await database.execute(
            system,
            """
            INSERT INTO recovery_code (account, digest)
            SELECT id, \([UInt8](repeating: 1, count: 32)) FROM account
            """)
        try await story.ask(story.owner.email)
        let token = try await story.mailbox.token()
        let refusal = try await problem { try await story.confirm(token, "kV9!tz#q") }
        #expect(refusal?.errors.first?.detail == "must have at least 15 characters")
        try await story.fixture.addPasskey(to: story.owner)
        try await story.confirm(token, "kV9!tz#q")
    }

    @Test("unknown, passwordless and impossible addresses get no mail and the same answer; the trail knows why")
    func nobody() async throws {
        let story = try await Story.make()
        let (fixture, owner) = (story.fixture, story.owner)
        try await story.ask("nobody@example.org")
        try await story.ask("no address at all")
        try await story.ask("")
        #expect(
            try await fixture.trail(.system).filter { $0 == "password.reset_request denied unknown-account" }.count == 3
        )
        try await fixture.database.execute(fixture.parts.system, "UPDATE account SET password_hash = NULL")
        try await story.ask(owner.email)
        #expect(try await fixture.trail(owner.tenant).last == "password.reset_request denied no-password")
        #expect(await story.mailbox.mails.isEmpty)
    }

    @Test("one account gets three links, then one each twenty minutes, and nobody is told")
    func fewLinks() async throws {
        let story = try await Story.make()
        for _ in 0..<5 { try await story.ask(story.owner.email) }
        #expect(await story.mailbox.mails.count == 3)
        #expect(
            try await story.fixture.trail(story.owner.tenant).last == "password.reset_request denied too-many-requests")
        story.fixture.clock.advance(.seconds(1200))
        try await story.ask(story.owner.email)
        #expect(await story.mailbox.mails.count == 4)
    }

    @Test("the link's host comes from the configuration, whatever the headers say")
    func host() async throws {
        let story = try await Story.make()
        let spoofed: HTTPFields = [
            .init("X-Forwarded-Host") ?? .userAgent: "evil.example", .init("Host") ?? .userAgent: "evil.example",
            .init("Forwarded") ?? .userAgent: "host=evil.example",
        ]
        try await story.ask(story.owner.email, headers: spoofed)
        let body = try #require(await story.mailbox.mails.first?.body)
        #expect(body.contains("https://people.example/reset-password?token=bws."))
        #expect(!body.contains("evil"))
    }

    @Test("no token and no new password stands in a table")
    func nothingInClear() async throws {
        let story = try await Story.make()
        try await story.ask(story.owner.email)
        let token = try await story.mailbox.token()
        try await story.ask(story.owner.email)
        try await story.confirm(story.mailbox.token())
        let rows = try await story.fixture.database.query(
            story.fixture.parts.system,
            "SELECT r::text AS line FROM password_reset r UNION ALL SELECT m::text FROM mail m UNION ALL SELECT a::text FROM account a"
        )
        #expect(rows.count >= 4)
        for line in try rows.map({ try $0.get("line", as: String.self) }) {
            #expect(!line.contains(token.suffix(43)) && !line.contains(Self.new))
            // As a column of bytes shows it.
            #expect(!line.contains(Hex.encode(Array(token.suffix(43).utf8))))
        }
    }

    @Test("only POST does anything, and without mail it says so to everybody")
    func routes() async throws {
        let story = try await Story.make()
        let queue = PasswordResetQueue(commands: story.commands, logger: TestDatabase.quiet)
        let routes = PasswordResetRoutes.routes(queue)
        #expect(routes.allSatisfy { $0.method == .post })
        let silent = try await IdentityFixture.make().with(linkBase: nil)
        for email in ["nobody@example.org", story.owner.email] {
            let refusal = try await problem {
                _ = try await PasswordResetCommands(parts: silent.parts).ask(
                    .decode(from: ["email": .string(email)]), silent.call())
            }
            #expect(refusal == .mailMissing)
        }
    }

    @Test("more wishes than the queue holds are refused, not remembered")
    func fullQueue() async throws {
        let story = try await Story.make()
        let queue = PasswordResetQueue(commands: story.commands, logger: TestDatabase.quiet)
        let wish = try await story.commands.ask(.decode(from: ["email": "nobody@example.org"]), story.fixture.call())
        for _ in 0..<PasswordResetQueue.mostWaiting { try queue.take(wish) }
        #expect(throws: Problem.resetQueueFull) { try queue.take(wish) }
    }
}
