import IdentityClient
import Postgres
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
        fixture.clock.advance(Invitation.lifetime)
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
