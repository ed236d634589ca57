import AuditClient
import AuditCore
import Glibc
import HTTPTypes
import KeyVault
import Logging
@_spi(ScopeMinting) import Postgres
import SQLQuery
@_spi(Authenticated) import ServiceKit
import Synchronization
import TestSupport
import WebAuthn
import WireFormat

@testable import AuthService

/// A migrated database of its own with the parts of AuthService over it, and the clock in the test's hand.
struct IdentityFixture: Sendable {
    let test: TestDatabase
    let database: Database
    let parts: AuthParts
    let clock: TestClock
    static let issuer = "http://127.0.0.1:7001"
    /// Where the links of mails lead.
    static let linkBase = "https://people.example"
    static let password = "correct horse battery staple"
    /// A development issuer's.
    static let relyingParty = RelyingParty(id: "localhost", name: "Bailiwick", origins: ["http://localhost:7001"])

    /// A clock that moves only when it is told to.
    final class TestClock: Sendable {
        private let time = Mutex(Instant.now())
        var now: Instant { time.withLock { $0 } }
        func advance(_ duration: Duration) { time.withLock { $0 = $0.adding(duration) } }
    }

    static func make(
        rules: RateRules = .generous, poolSize: Int = 12, usesPepper: Bool = false
    ) async throws -> IdentityFixture {
        let test = try await TestDatabase.make(migrating: [.auth])
        let database = test.database(.auth, poolSize: poolSize)
        let clock = TestClock()
        guard let hasher = PasswordHasher(cost: 10, threads: 2), let relyingParty else { throw NoBcrypt() }
        let parts = AuthService.parts(
            database: database, provider: try keyProvider(), issuer: issuer, hasher: hasher,
            passwordRules: PasswordRules(usesPepper: usesPepper), rules: rules, relyingParty: relyingParty,
            logger: TestDatabase.quiet, now: { clock.now })
        try await parts.keys.prepare()
        return IdentityFixture(test: test, database: database, parts: parts, clock: clock)
            .with(usesPepper: usesPepper, linkBase: linkBase)
    }

    struct NoBcrypt: Error {}

    /// Reads a fresh key file, which is gone afterwards.
    static func keyProvider() throws -> FileKeyProvider {
        let path = "/tmp/bailiwick-auth-test-\(UUIDv7.generate()).kek"
        defer { unlink(path) }
        _ = try KeyFile.create(at: path)
        return try FileKeyProvider(path: path)
    }

    /// The same database and clock with other parts: as after a restart with other settings.
    func with(
        usesPepper: Bool = false, hasher: PasswordHasher? = nil, linkBase: String? = IdentityFixture.linkBase,
        mostQueued: Int = 1000
    ) -> IdentityFixture {
        let mail = linkBase.map { Postbox(secrets: self.parts.secrets, mostQueued: mostQueued, linkBase: $0) }
        let parts = AuthParts(
            database: parts.database, system: parts.system, secrets: parts.secrets, outbox: parts.outbox,
            hasher: hasher ?? parts.hasher, passwordRules: PasswordRules(usesPepper: usesPepper), keys: parts.keys,
            issuer: parts.issuer, limiter: parts.limiter, rules: parts.rules, mail: mail,
            relyingParty: parts.relyingParty, now: parts.now)
        return IdentityFixture(test: test, database: database, parts: parts, clock: clock)
    }

    /// Another copy of the service on the same database: connections of its own, the same hasher.
    func secondCopy() throws -> IdentityFixture {
        let database = test.database(.auth, poolSize: 12)
        let parts = AuthParts(
            database: database, system: parts.system, secrets: parts.secrets, outbox: parts.outbox,
            hasher: parts.hasher, passwordRules: parts.passwordRules, keys: parts.keys, issuer: parts.issuer,
            limiter: RateLimiter(database: database, system: parts.system), rules: parts.rules, mail: parts.mail,
            relyingParty: parts.relyingParty, now: parts.now)
        return IdentityFixture(test: test, database: database, parts: parts, clock: clock)
    }

    // MARK: Commands

    var signIn: SignInCommands { SignInCommands(parts: parts) }
    var sessions: SessionCommands { SessionCommands(parts: parts) }
    var invitations: InvitationCommands { InvitationCommands(parts: parts) }
    var members: MemberCommands { MemberCommands(parts: parts) }

    // MARK: People

    /// Somebody who has joined, with the means to sign in.
    struct Person: Sendable {
        let email: String
        let tenant: TenantID
        let member: UUIDv7
        let totp: TOTP
    }

    /// An invitation as its addressee has it.
    struct MailedInvitation: Sendable {
        let token: OpaqueToken
    }

    /// Takes the one mail to an address out of the queue, and the token out of its link.
    func mailedToken(_ kind: OpaqueToken.Kind, to email: String) async throws -> OpaqueToken {
        let rows = try await database.query(parts.system, "SELECT id, message FROM mail ORDER BY id DESC")
        for row in rows {
            let id: UUIDv7 = try row.get("id")
            guard let mail = try await parts.secrets.openMail(row.get("message"), id: id),
                mail.to.comparable == email.lowercased(),
                let link = mail.body.split(separator: "\n").first(where: { $0.contains("?token=\(kind.rawValue).") }),
                let text = link.split(separator: "=").last, let token = OpaqueToken(String(text), kind: kind)
            else { continue }
            try await database.execute(parts.system, "DELETE FROM mail WHERE id = \(id)")
            return token
        }
        throw NoMail()
    }

    struct NoMail: Error {}

    /// An organisation with an owner who has joined.
    func organisation(_ name: String = "Example") async throws -> Person {
        let email = "owner-\(UUIDv7.generate())@example.org"
        let created = try await OrganisationCommands(parts: parts).create(
            OrganisationRequest.decode(from: ["name": .string(name), "owner_email": .string(email)]),
            call(as: .operator))
        let invitation = MailedInvitation(token: try await mailedToken(.invitation, to: email))
        return try await join(
            invitation, email: email, tenant: TenantID(created.organisation.id), created.owner)
    }

    /// Somebody who was invited by the operator and has joined.
    func person(in tenant: TenantID, roles: [Role]) async throws -> Person {
        let email = "\(UUIDv7.generate())@example.org"
        let (member, invitation) = try await invite(email, in: tenant, roles: roles)
        return try await join(invitation, email: email, tenant: tenant, member.id)
    }

    /// The operator invites.
    func invite(
        _ email: String, in tenant: TenantID, roles: [Role]
    ) async throws -> (Member, MailedInvitation) {
        let invited = try await invitations.invite(
            InviteRequest.decode(from: ["email": .string(email), "roles": RoleSet(roles).wire]),
            by: .init(operator: EventActor(ServiceName.operator)), scope: TenantScope(tenant: tenant), call())
        return (invited.member, MailedInvitation(token: try await mailedToken(.invitation, to: email)))
    }

    /// Somebody who has joined invites.
    func invite(
        _ email: String, in tenant: TenantID, roles: [Role], by inviter: Person
    ) async throws -> (Member, MailedInvitation) {
        try await invite(email, in: tenant, roles: roles, by: accessToken(tokens(of: inviter)))
    }

    /// Somebody with this token invites.
    func invite(
        _ email: String, in tenant: TenantID, roles: [Role], by token: AccessToken
    ) async throws -> (Member, MailedInvitation) {
        let invited = try await invitations.invite(
            InviteRequest.decode(from: ["email": .string(email), "roles": RoleSet(roles).wire]),
            by: .init(token: token, decision: nil), scope: TenantScope(tenant: tenant), call())
        return (invited.member, MailedInvitation(token: try await mailedToken(.invitation, to: email)))
    }

    func join(
        _ invitation: MailedInvitation, email: String, tenant: TenantID, _ member: UUIDv7
    ) async throws -> Person {
        let started = try await accept(invitation.token.text)
        guard let secret = started.totp?.secret, let bytes = Self.base32(secret) else { throw NoBcrypt() }
        let totp = TOTP(secret: bytes)
        _ = try await confirm(started, totp)
        return Person(email: email, tenant: tenant, member: member, totp: totp)
    }

    func accept(_ token: String, password: String = password) async throws -> StartedEnrolment {
        try await invitations.accept(
            AcceptRequest.decode(from: ["token": .string(token), "password": .string(password)]), call())
    }

    @discardableResult
    func confirm(_ started: StartedEnrolment, _ totp: TOTP) async throws -> ConfirmedEnrolment {
        try await invitations.confirm(
            ConfirmRequest.decode(
                from: ["enrolment": .string(started.token.text), "code": .string(totp.code(step: step))]), call())
    }

    // MARK: Signing in

    var step: Int64 { TOTP.step(at: clock.now) }

    func challenge(
        _ email: String, password: String = password, organisation: TenantID? = nil, device: OpaqueToken? = nil,
        ip: String = "192.0.2.1"
    ) async throws -> SignInChallenge {
        var body: [String: JSONValue] = ["email": .string(email), "password": .string(password)]
        body["organisation"] = organisation?.wire
        return try await signIn.begin(SignInRequest.decode(from: .object(body)), call(ip: ip, device: device))
    }

    func complete(
        _ challenge: SignInChallenge, code: String, organisation: TenantID? = nil, device: OpaqueToken? = nil
    ) async throws -> IssuedTokens {
        var body: [String: JSONValue] = ["challenge": .string(challenge.token.text), "code": .string(code)]
        body["organisation"] = organisation?.wire
        return try await signIn.complete(SecondFactorRequest.decode(from: .object(body)), call(device: device))
    }

    /// Tokens of a fresh sign-in; the clock moves to the next code first, since each is good once.
    func tokens(
        of person: Person, password: String = password, device: OpaqueToken? = nil
    ) async throws -> IssuedTokens {
        clock.advance(.seconds(TOTP.stepSeconds))
        let challenge = try await challenge(
            person.email, password: password, organisation: person.tenant, device: device)
        return try await complete(challenge, code: person.totp.code(step: step), device: device)
    }

    func refresh(_ token: OpaqueToken) async throws -> IssuedTokens {
        try await sessions.refresh(token.text, call())
    }

    func refresh(_ tokens: IssuedTokens) async throws -> IssuedTokens {
        try await sessions.refresh(tokens.refresh?.text ?? "", call())
    }

    /// The claims of an access token.
    static func claims(_ tokens: IssuedTokens) throws -> JSONValue {
        let parts = tokens.access.compact.reveal().split(separator: ".")
        return try JSONValue.parse(Base64URL.decode(parts[1]) ?? [])
    }

    /// The token as a verifier hands it to a route.
    func accessToken(_ tokens: IssuedTokens, act: JSONValue? = nil) throws -> AccessToken {
        let claims = try Self.claims(tokens)
        guard let tenant = claims["tenant"]?.string.flatMap({ TenantID($0) }),
            let subject = claims["sub"]?.string.flatMap({ UUIDv7($0) }),
            let session = claims["sid"]?.string.flatMap({ UUIDv7($0) })
        else { throw NoBcrypt() }
        return AccessToken(
            compact: tokens.access.compact, tenant: tenant, subject: subject,
            roles: claims["roles"]?.array?.compactMap(\.string) ?? [],
            employeeID: claims["emp"]?.string.flatMap { UUIDv7($0) },
            amr: claims["amr"]?.array?.compactMap(\.string) ?? [], authTime: tokens.issued, session: session,
            clientID: claims["client_id"]?.string ?? "", jti: tokens.access.jti,
            expires: tokens.access.expires, issuedAt: tokens.access.issuedAt, act: act)
    }

    // MARK: Factors

    /// Puts a passkey of some key beside the person's other factors; nobody can sign in with it.
    func addPasskey(to person: Person) async throws {
        try await database.execute(
            parts.system,
            """
            INSERT INTO passkey (id, account, credential_id, public_key, sign_count, aaguid, attestation, backup_eligible,
                                 backed_up, transports, name, created_at)
            SELECT \(UUIDv7.generate()), account, \(UUIDv7.generate().bytes), \([UInt8](repeating: 7, count: 64)), 0,
                   \([UInt8](repeating: 0, count: 16)), 'none', false, false, '{}', 'key', \(clock.now)
            FROM membership WHERE tenant = \(person.tenant) AND member = \(person.member)
            """)
    }

    // MARK: Looking

    func call(as service: ServiceName? = nil, ip: String = "192.0.2.1", device: OpaqueToken? = nil) -> Call {
        var headers: HTTPFields = [.userAgent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"]
        if let device { headers[.cookie] = "other=1; \(DeviceCookie.name)=\(device.text)" }
        return Call(headers: headers, clientIP: ip, caller: service, logger: TestDatabase.quiet)
    }

    /// A call of somebody who has signed in.
    func call(by tokens: IssuedTokens, query: String = "") throws -> Call {
        Call(
            query: try .parse(query[...], allowed: ["limit", "cursor"]), clientIP: "192.0.2.1",
            accessToken: try accessToken(tokens), logger: TestDatabase.quiet)
    }

    /// The events that wait in a tenant's outbox, oldest first.
    func events(_ tenant: TenantID) async throws -> [JSONValue] {
        let rows = try await database.query(
            TenantScope(tenant: tenant), "SELECT payload FROM outbox WHERE tenant = \(tenant) ORDER BY id")
        return try rows.map { try JSONValue.parse(try $0.get("payload", as: String.self)) }.map { $0["event"] ?? $0 }
    }

    /// Action, outcome and reason of each event, like `session.sign_in denied wrong-password`.
    func trail(_ tenant: TenantID) async throws -> [String] {
        try await events(tenant).map { event in
            [event["action"]?.string, event["outcome"]?.string, event["reason"]?.string].compactMap { $0 }
                .joined(separator: " ")
        }
    }

    static func base32(_ text: String) -> [UInt8]? {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        var bytes: [UInt8] = []
        var bits = 0
        var held = 0
        for character in text {
            guard let value = alphabet.firstIndex(of: character) else { return nil }
            bits = bits << 5 | value
            held += 5
            if held >= 8 {
                held -= 8
                bytes.append(UInt8(bits >> held & 255))
                bits &= (1 << held) - 1
            }
        }
        return bytes
    }
}

extension RateRules {
    /// Out of the way of tests that are about something else.
    static var generous: RateRules {
        var rules = RateRules()
        rules.signInByAccount = .tight("password-account", free: 10_000)
        rules.codeByAccount = .tight("code-account", free: 10_000)
        return rules
    }
}

extension BackoffRule {
    /// So many free tries, then ten seconds, doubling up to forty, forgotten after an hour.
    static func tight(_ name: StaticString, free: Int) -> BackoffRule {
        BackoffRule(
            name: name, free: free, firstDelay: .seconds(10), longestDelay: .seconds(40), quiet: .seconds(3600))
    }
}

/// The problem that `body` throws; nil when it throws none.
func problem(_ body: () async throws -> Void) async throws -> Problem? {
    do {
        try await body()
        return nil
    } catch let error as any ProblemConvertible {
        return error.problem
    } catch let problem as Problem {
        return problem
    }
}
