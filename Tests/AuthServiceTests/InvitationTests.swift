import AuditClient
import AuditCore
import HTTPTypes
import IdentityClient
@_spi(ScopeMinting) import Postgres
import SQLQuery
import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import AuthService

@Suite("Invitations")
struct InvitationTests {
    @Test("an invitation is accepted once, and not after its time")
    func once() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let (_, invitation) = try await fixture.invite("a@example.org", in: owner.tenant, roles: [.employee])
        _ = try await fixture.accept(invitation.token.text)
        #expect(try await problem { _ = try await fixture.accept(invitation.token.text) } == .invalidInvitation)

        let (_, late) = try await fixture.invite("b@example.org", in: owner.tenant, roles: [.employee])
        fixture.clock.advance(MailedLink.lifetime)
        #expect(try await problem { _ = try await fixture.accept(late.token.text) } == .invalidInvitation)
    }

    @Test("of parallel acceptances one succeeds")
    func parallel() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let (_, invitation) = try await fixture.invite("a@example.org", in: owner.tenant, roles: [.employee])
        let successes = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask { try await problem { _ = try await fixture.accept(invitation.token.text) } == nil }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(successes == 1)
    }

    @Test("a newer invitation voids the older; a member is not invited again")
    func renewal() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let (first, old) = try await fixture.invite("a@example.org", in: owner.tenant, roles: [.employee])
        let (second, new) = try await fixture.invite("A@Example.org", in: owner.tenant, roles: [.employee])
        #expect(first.id == second.id)
        #expect(try await problem { _ = try await fixture.accept(old.token.text) } == .invalidInvitation)
        _ = try await fixture.join(new, email: "a@example.org", tenant: owner.tenant, second.id)
        let refusal = try await problem {
            _ = try await fixture.invite("a@example.org", in: owner.tenant, roles: [.employee])
        }
        #expect(refusal?.code == "member-exists")
    }

    @Test("a new password that is not good enough is refused with its pointer, and the invitation stays good")
    func weakPassword() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let (_, invitation) = try await fixture.invite("ursula@example.org", in: owner.tenant, roles: [.employee])
        for password in ["short", "password1", String(repeating: "x", count: 73), "nul\u{0}in the middle"] {
            // More often than wrong passwords of an existing account may be tried.
            for _ in 0..<4 {
                let refusal = try await problem {
                    _ = try await fixture.accept(invitation.token.text, password: password)
                }
                #expect(refusal?.status.code == 422)
                #expect(refusal?.errors.map(\.pointer) == ["/password"])
            }
        }
        _ = try await fixture.accept(invitation.token.text)
    }

    @Test("only an owner invites an owner")
    func owners() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let admin = try await fixture.person(in: owner.tenant, roles: [.admin])
        let refusal = try await problem {
            _ = try await fixture.invite("a@example.org", in: owner.tenant, roles: [.owner], by: admin)
        }
        #expect(refusal == .ownerOnly)
        _ = try await fixture.invite("a@example.org", in: owner.tenant, roles: [.owner], by: owner)
    }

    @Test("an administrator whose role was taken meanwhile invites no administrator, though the token still says so")
    func presentRolesCount() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let admin = try await fixture.person(in: owner.tenant, roles: [.admin])
        let ownerToken = try fixture.accessToken(try await fixture.tokens(of: owner))
        let adminToken = try fixture.accessToken(try await fixture.tokens(of: admin))
        _ = try await fixture.invite("a@example.org", in: owner.tenant, roles: [.admin], by: adminToken)
        let rows = try await fixture.database.query(
            ownerToken.tenantScope, MemberStore.one(admin.member, tenant: owner.tenant, where: "true"))
        let member = try MemberStore.read(try #require(rows.first))
        _ = try await fixture.members.setRoles(
            RoleSet([.employee]), of: admin.member, version: member.tag, by: ownerToken, where: "true", decision: nil,
            fixture.call())
        let refusal = try await problem {
            _ = try await fixture.invite("b@example.org", in: owner.tenant, roles: [.admin], by: adminToken)
        }
        #expect(refusal == .roleNotHeld)
    }

    @Test("a link is good for 30 minutes, and the inviter gets nothing that could stand in for it")
    func inviterLearnsNothing() async throws {
        #expect(MailedLink.lifetime == .seconds(1800))
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let token = try fixture.accessToken(try await fixture.tokens(of: owner))
        let key = HTTPFields([.init(name: .idempotencyKey, value: "invite-once")])
        func invite() async throws -> Reply {
            try await fixture.invitations.answer(
                .decode(from: ["email": "puppet@example.org", "roles": ["employee"]]),
                by: .init(token: token, decision: nil), token.tenantScope,
                Call(headers: key, accessToken: token, logger: TestDatabase.quiet))
        }
        let reply = try await invite()
        let body = try JSONValue.parse(reply.body)
        #expect(Set(body["invitation"]?.object?.keys ?? [:].keys) == ["expires_at"])
        let again = try await invite()
        #expect(again.body == reply.body)
        let mails = try await fixture.database.query(fixture.parts.system, "SELECT message FROM mail")
        #expect(mails.count == 1, "the same request sends one mail")
        let mailed = try await fixture.mailedToken(.invitation, to: "puppet@example.org")
        for text in [String(decoding: reply.body, as: UTF8.self), String(describing: reply.headers)] {
            #expect(!text.contains(mailed.text.suffix(43)) && !text.contains("bwi."))
        }
        let rows = try await fixture.database.query(
            token.tenantScope,
            "SELECT i::text AS line FROM invitation i UNION ALL SELECT o.payload FROM outbox o UNION ALL SELECT a::text FROM idempotent_answer a"
        )
        #expect(rows.count > 3)
        for line in try rows.map({ try $0.get("line", as: String.self) }) {
            #expect(!line.contains(mailed.text.suffix(43)))
            // As a column of bytes shows it.
            #expect(!line.contains(Hex.encode(Array(mailed.text.suffix(43).utf8))))
        }
        let sealed: [UInt8] = try #require(mails.first).get("message")
        #expect(!String(decoding: sealed, as: UTF8.self).contains(mailed.text.suffix(43)))
        _ = try await fixture.accept(mailed.text)
    }

    @Test("an invitation sent anew goes to the member's own address, not to one that only looks the same")
    func lookalike() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        _ = try await fixture.invite("kim@example.org", in: owner.tenant, roles: [.employee])
        // The Kelvin sign is a letter of its own, whose small form is k.
        _ = try await fixture.invitations.invite(
            .decode(from: ["email": "\u{212A}im@example.org", "roles": ["employee"]]),
            by: .init(operator: EventActor(ServiceName.operator)), scope: TenantScope(tenant: owner.tenant),
            fixture.call())
        let rows = try await fixture.database.query(fixture.parts.system, "SELECT id, message FROM mail")
        let row = try #require(rows.first)
        let mail = try await fixture.parts.secrets.openMail(row.get("message"), id: row.get("id"))
        #expect(mail?.to.reveal() == "kim@example.org")
    }

    @Test("without mail nobody is invited and no organisation made; a full queue invites nobody")
    func noMail() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let silent = fixture.with(linkBase: nil)
        func members() async throws -> Int? {
            try await fixture.database.query(
                TenantScope(tenant: owner.tenant), "SELECT count(*) FROM member WHERE tenant = \(owner.tenant)"
            ).first?.get(at: 0)
        }
        let refusal = try await problem {
            _ = try await silent.invite("a@example.org", in: owner.tenant, roles: [.employee])
        }
        #expect(refusal == .mailMissing)
        #expect(try await problem { _ = try await silent.organisation("Silent") } == .mailMissing)
        let made = try await fixture.database.query(fixture.parts.system, "SELECT count(*) FROM organisation")
        #expect(try made.first?.get(at: 0, as: Int.self) == 1)
        let full = fixture.with(linkBase: IdentityFixture.linkBase, mostQueued: 0)
        let busy = try await problem {
            _ = try await full.invite("a@example.org", in: owner.tenant, roles: [.employee])
        }
        #expect(busy == .mailQueueFull)
        #expect(try await members() == 1)
    }

    @Test("one address gets five invitations, then one each ten minutes")
    func fewInvitations() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        for _ in 0..<5 { _ = try await fixture.invite("a@example.org", in: owner.tenant, roles: [.employee]) }
        let refusal = try await problem {
            _ = try await fixture.invite("A@example.org", in: owner.tenant, roles: [.employee])
        }
        #expect(refusal?.status == .tooManyRequests)
        #expect(refusal?.headers[.rateLimit]?.hasPrefix("\"invitation-addressee\"") == true)
        _ = try await fixture.invite("b@example.org", in: owner.tenant, roles: [.employee])
        fixture.clock.advance(.seconds(600))
        _ = try await fixture.invite("a@example.org", in: owner.tenant, roles: [.employee])
    }

    @Test("of parallel invitations of one address one link is good")
    func parallelInvitations() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<5 {
                group.addTask {
                    let refusal = try await problem {
                        _ = try await fixture.invitations.invite(
                            .decode(from: ["email": "a@example.org", "roles": ["employee"]]),
                            by: .init(operator: EventActor(ServiceName.operator)),
                            scope: TenantScope(tenant: owner.tenant), fixture.call())
                    }
                    if let refusal { #expect(["concurrent-change", "member-exists"].contains(refusal.code)) }
                }
            }
            try await group.waitForAll()
        }
        let rows = try await fixture.database.query(
            TenantScope(tenant: owner.tenant),
            "SELECT count(*) FROM invitation WHERE tenant = \(owner.tenant) AND consumed_at IS NULL")
        #expect(try rows.first?.get(at: 0, as: Int.self) == 1)
    }

    @Test("the operator sends the first owner's invitation anew, and none once an owner has joined")
    func ownerAnew() async throws {
        let fixture = try await IdentityFixture.make()
        let commands = OrganisationCommands(parts: fixture.parts)
        let created = try await commands.create(
            .decode(from: ["name": "Late", "owner_email": "boss@example.org"]), fixture.call(as: .operator))
        let old = try await fixture.mailedToken(.invitation, to: "boss@example.org")
        func again() async throws {
            _ = try await commands.inviteOwner(
                of: created.organisation.id, .decode(from: ["owner_email": "boss@example.org"]),
                fixture.call(as: .operator))
        }
        try await again()
        let new = try await fixture.mailedToken(.invitation, to: "boss@example.org")
        #expect(try await problem { _ = try await fixture.accept(old.text) } == .invalidInvitation)
        _ = try await fixture.join(
            .init(token: new), email: "boss@example.org", tenant: TenantID(created.organisation.id), created.owner)
        #expect(try await problem { try await again() } == .organisationHasOwner)
        let nowhere = try await problem {
            _ = try await commands.inviteOwner(
                of: .generate(), .decode(from: ["owner_email": "boss@example.org"]), fixture.call(as: .operator))
        }
        #expect(nowhere?.status == .notFound)
    }

    @Test("an invitation whose time ends while bcrypt computes is not accepted")
    func lateAtTheEnd() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let (_, invitation) = try await fixture.invite("a@example.org", in: owner.tenant, roles: [.employee])
        let scope = TenantScope(tenant: owner.tenant)
        let now = fixture.clock.now
        let rows = try await fixture.database.query(
            scope, InvitationStore.attempt(hash: invitation.token.hash, tenant: owner.tenant, now: now))
        let id: UUIDv7 = try #require(rows.first).get("id")
        let late = now.adding(MailedLink.lifetime)
        let affected = try await fixture.database.execute(
            scope, InvitationStore.consume(id, tenant: owner.tenant, now: late))
        #expect(affected == 0)
    }

    @Test("a wrong code does not confirm, ten of them end the enrolment")
    func codes() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let (member, invitation) = try await fixture.invite("a@example.org", in: owner.tenant, roles: [.employee])
        let started = try await fixture.accept(invitation.token.text)
        let wrong = TOTP(secret: TOTP.generateSecret())
        for _ in 0..<Enrolment.mostAttempts {
            #expect(try await problem { try await fixture.confirm(started, wrong) } == .invalidCode)
        }
        let right = TOTP(secret: try #require(IdentityFixture.base32(started.totp?.secret ?? "")))
        #expect(try await problem { try await fixture.confirm(started, right) } == .invalidEnrolment)
        let trail = try await fixture.trail(owner.tenant)
        #expect(trail.filter { $0 == "member.join denied wrong-code" }.count == Enrolment.mostAttempts)
        _ = member
    }

    @Test("an invitation's token opens nothing in another organisation")
    func tenant() async throws {
        let fixture = try await IdentityFixture.make()
        let (owner, other) = (try await fixture.organisation(), try await fixture.organisation("Other"))
        let (_, invitation) = try await fixture.invite("a@example.org", in: owner.tenant, roles: [.employee])
        let moved = invitation.token.text.replacing(owner.tenant.text, with: other.tenant.text)
        #expect(try await problem { _ = try await fixture.accept(moved) } == .invalidInvitation)
    }
}
