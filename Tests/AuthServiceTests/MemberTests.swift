import AuditClient
import AuditCore
import IdentityClient
@_spi(ScopeMinting) import Postgres
import SQLQuery
import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import AuthService

@Suite("Members")
struct MemberTests {
    private func setRoles(
        _ roles: [Role], of member: UUIDv7, by token: AccessToken, version: Int64? = nil, _ fixture: IdentityFixture
    ) async throws -> Member? {
        let present = try await read(member, token.tenant, fixture)
        return try await fixture.members.setRoles(
            RoleSet(roles), of: member, version: ETag(version: version ?? present.version), by: token, where: "true",
            decision: nil, fixture.call())
    }

    private func read(_ member: UUIDv7, _ tenant: TenantID, _ fixture: IdentityFixture) async throws -> Member {
        let rows = try await fixture.database.query(
            TenantScope(tenant: tenant), MemberStore.one(member, tenant: tenant, where: "true"))
        return try MemberStore.read(try #require(rows.first))
    }

    @Test("a role change voids the member's tokens at once; a refresh gives the new roles, not to be voided by it")
    func roleChange() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let member = try await fixture.person(in: owner.tenant, roles: [.employee])
        let before = try await fixture.tokens(of: member)
        let token = try fixture.accessToken(try await fixture.tokens(of: owner))
        let changed = try await setRoles([.employee, .analyst], of: member.member, by: token, fixture)
        #expect(changed?.roles == RoleSet([.analyst, .employee]))

        let notices = try await fixture.parts.revocations.page(after: 0).notices
        let notice = try #require(notices.first { $0.target == .member(owner.tenant, member.member) })
        #expect(before.access.issuedAt < notice.notBefore)
        let after = try await fixture.refresh(before)
        #expect(after.access.issuedAt >= notice.notBefore)
        #expect(try IdentityFixture.claims(after)["roles"] == ["analyst", "employee"])
        let event = try #require(
            try await fixture.events(owner.tenant).last { $0["action"]?.string == "member.update_roles" })
        #expect(event["changes"]?.array?.first?["after"]?["plain"] == ["analyst", "employee"])
    }

    @Test("a stale version, one's own roles and the last owner are refused")
    func refusals() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let token = try fixture.accessToken(try await fixture.tokens(of: owner))
        let refusals: [(problem: Problem?, code: String)] = [
            (
                try await problem {
                    _ = try await setRoles([.employee], of: owner.member, by: token, version: 77, fixture)
                }, "stale"
            ),
            (
                try await problem {
                    _ = try await setRoles([.owner, .hrLead], of: owner.member, by: token, fixture)
                }, "own-roles"
            ),
            (
                try await problem {
                    _ = try await setRoles([], of: owner.member, by: token, fixture)
                }, "last-owner"
            ),
        ]
        for refusal in refusals { #expect(refusal.problem?.code == refusal.code) }
        #expect(try await read(owner.member, owner.tenant, fixture).roles == RoleSet([.owner]))
    }

    @Test("an administrator whose role was taken meanwhile changes nothing, though the token still says so")
    func presentRolesCount() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let second = try await fixture.person(in: owner.tenant, roles: [.owner])
        let victim = try await fixture.person(in: owner.tenant, roles: [.employee])
        let ownerToken = try fixture.accessToken(try await fixture.tokens(of: owner))
        let secondToken = try fixture.accessToken(try await fixture.tokens(of: second))
        _ = try await setRoles([.admin], of: second.member, by: ownerToken, fixture)
        let refusal = try await problem {
            _ = try await setRoles([.owner], of: victim.member, by: secondToken, fixture)
        }
        #expect(refusal?.code == "owner-only")
    }

    @Test("two owners who demote each other at the same time: one stays", arguments: 0..<5)
    func lastOwner(round: Int) async throws {
        let fixture = try await IdentityFixture.make()
        let first = try await fixture.organisation()
        let second = try await fixture.person(in: first.tenant, roles: [.owner])
        let tokens = [
            try fixture.accessToken(try await fixture.tokens(of: first)),
            try fixture.accessToken(try await fixture.tokens(of: second)),
        ]
        let refusals = try await withThrowingTaskGroup(of: Problem?.self) { group in
            for (token, target) in [(tokens[0], second.member), (tokens[1], first.member)] {
                group.addTask {
                    try await problem { _ = try await setRoles([.employee], of: target, by: token, fixture) }
                }
            }
            return try await group.reduce(into: [Problem?]()) { $0.append($1) }
        }
        // The second one to come is no owner any more by then, and the last one besides.
        #expect(refusals.compactMap { $0 }.count == 1)
        let rows = try await fixture.database.query(
            TenantScope(tenant: first.tenant),
            "SELECT count(*) AS owners FROM member WHERE tenant = \(first.tenant) AND 'owner' = ANY (roles)")
        #expect(try rows.first?.get("owners", as: Int.self) == 1)
    }

    /// How one owner takes the other's ownership.
    enum Taking: Sendable, CaseIterable {
        case demotion, end, employmentEnd
    }

    @Test(
        "by whatever two ways two owners are taken at the same time, one stays",
        arguments: Taking.allCases, Taking.allCases)
    func lastOwnerByAnyWay(first: Taking, second: Taking) async throws {
        let fixture = try await IdentityFixture.make()
        let one = try await fixture.organisation()
        let other = try await fixture.person(in: one.tenant, roles: [.owner])
        let helper = try await fixture.person(in: one.tenant, roles: [.hrLead])
        let linker = try fixture.accessToken(try await fixture.tokens(of: helper))
        var employees: [UUIDv7: UUIDv7] = [:]
        for owner in [one, other] {
            employees[owner.member] = UUIDv7.generate()
            _ = try await fixture.members.link(
                owner.member, to: employees[owner.member], by: linker, fixture.call(as: .hr))
        }
        let tokens = [
            try fixture.accessToken(try await fixture.tokens(of: one)),
            try fixture.accessToken(try await fixture.tokens(of: other)),
        ]
        let ending = MembershipEnding(parts: fixture.parts)
        @Sendable func take(
            _ target: UUIDv7, by token: AccessToken, _ way: Taking, _ employee: UUIDv7
        ) async throws {
            let version = ETag(version: try await read(target, one.tenant, fixture).version)
            switch way {
            case .demotion: _ = try await setRoles([.employee], of: target, by: token, fixture)
            case .end:
                _ = try await ending.end(
                    target, version: version, by: token, where: "true", decision: nil, fixture.call())
            case .employmentEnd:
                let command = MembershipEnd(
                    tenant: one.tenant, member: target, employee: employee, at: fixture.clock.now,
                    requestID: .generate())
                _ = try await ending.end(command, fixture.call(as: .hr))
            }
        }
        let plan = try [
            (other.member, tokens[0], first, #require(employees[other.member])),
            (one.member, tokens[1], second, #require(employees[one.member])),
        ]
        let refusals = try await withThrowingTaskGroup(of: Problem?.self) { group in
            for (target, token, way, employee) in plan {
                group.addTask { try await problem { try await take(target, by: token, way, employee) } }
            }
            return try await group.reduce(into: [Problem?]()) { $0.append($1) }
        }
        #expect(refusals.compactMap { $0 }.count == 1, "\(refusals)")
        let rows = try await fixture.database.query(
            TenantScope(tenant: one.tenant), MemberStore.owners(of: one.tenant))
        #expect(try rows.first?.get("owners", as: Int.self) == 1)
    }

    @Test("HRService links a member to an employee, once an employee, and nobody himself")
    func link() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let (one, two) = (
            try await fixture.person(in: owner.tenant, roles: [.employee]),
            try await fixture.person(in: owner.tenant, roles: [.employee])
        )
        let token = try fixture.accessToken(try await fixture.tokens(of: owner))
        let employee = UUIDv7.generate()
        let linked = try await fixture.members.link(one.member, to: employee, by: token, fixture.call(as: .hr))
        #expect(linked.employeeID == employee)
        let claims = try IdentityFixture.claims(try await fixture.tokens(of: one))
        #expect(claims["emp"]?.string == employee.text)

        let positions = try await fixture.parts.revocations.page(after: 0).through
        _ = try await fixture.members.link(one.member, to: employee, by: token, fixture.call(as: .hr))
        #expect(try await fixture.parts.revocations.page(after: 0).through == positions, "a repetition changes nothing")

        let taken = try await problem {
            _ = try await fixture.members.link(two.member, to: employee, by: token, fixture.call(as: .hr))
        }
        #expect(taken?.code == "employee-linked")
        let own = try await problem {
            _ = try await fixture.members.link(owner.member, to: .generate(), by: token, fixture.call(as: .hr))
        }
        #expect(own?.code == "own-link")
    }

    @Test("whoever invited a member, now or before, does not link him: he chose the address")
    func inviterDoesNotLink() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let first = try await fixture.person(in: owner.tenant, roles: [.admin])
        let second = try await fixture.person(in: owner.tenant, roles: [.admin])
        let email = "invited@example.org"
        _ = try await fixture.invite(email, in: owner.tenant, roles: [.employee], by: first)
        let (member, invitation) = try await fixture.invite(email, in: owner.tenant, roles: [.employee], by: second)
        for isJoined in [false, true] {
            if isJoined { _ = try await fixture.join(invitation, email: email, tenant: owner.tenant, member.id) }
            for inviter in [first, second] {
                let token = try fixture.accessToken(try await fixture.tokens(of: inviter))
                let refusal = try await problem {
                    _ = try await fixture.members.link(member.id, to: .generate(), by: token, fixture.call(as: .hr))
                }
                #expect(refusal == .ownInvitation, "\(isJoined)")
            }
        }
        let token = try fixture.accessToken(try await fixture.tokens(of: owner))
        let employee = UUIDv7.generate()
        let linked = try await fixture.members.link(member.id, to: employee, by: token, fixture.call(as: .hr))
        #expect(linked.employeeID == employee)
    }

    @Test("a member who is linked and has not joined can be invited anew, since the link goes to his own address alone")
    func linkedIsInvited() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let admin = try await fixture.person(in: owner.tenant, roles: [.admin])
        let email = "invited@example.org"
        let (member, _) = try await fixture.invite(email, in: owner.tenant, roles: [.employee])
        let token = try fixture.accessToken(try await fixture.tokens(of: admin))
        _ = try await fixture.members.link(member.id, to: .generate(), by: token, fixture.call(as: .hr))
        let (again, invitation) = try await fixture.invite(email, in: owner.tenant, roles: [.employee], by: admin)
        #expect(again.id == member.id)
        _ = try await fixture.join(invitation, email: email, tenant: owner.tenant, member.id)
    }

    @Test("another organisation's member is not there")
    func foreign() async throws {
        let fixture = try await IdentityFixture.make()
        let (owner, other) = (try await fixture.organisation(), try await fixture.organisation("Other"))
        let token = try fixture.accessToken(try await fixture.tokens(of: other))
        let outcome = try await fixture.members.setRoles(
            RoleSet([.owner]), of: owner.member, version: ETag(version: 1), by: token, where: "true", decision: nil,
            fixture.call())
        #expect(outcome == nil)
        let link = try await problem {
            _ = try await fixture.members.link(owner.member, to: .generate(), by: token, fixture.call(as: .hr))
        }
        #expect(link?.code == "not-found")
    }

    @Test("the end of an employment ends the membership, its sessions and its tokens, however often it is told")
    func membershipEnd() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let leaver = try await fixture.person(in: owner.tenant, roles: [.manager])
        let token = try fixture.accessToken(try await fixture.tokens(of: owner))
        let employee = UUIDv7.generate()
        _ = try await fixture.members.link(leaver.member, to: employee, by: token, fixture.call(as: .hr))
        let tokens = try await fixture.tokens(of: leaver)

        let command = MembershipEnd(
            tenant: owner.tenant, member: leaver.member, employee: employee, at: fixture.clock.now,
            requestID: .generate())
        let ending = MembershipEnding(parts: fixture.parts)
        #expect(try await ending.end(command, fixture.call(as: .hr)) == .ended)
        #expect(try await problem { _ = try await fixture.refresh(tokens) } == .invalidGrant)
        #expect(try await problem { _ = try await fixture.challenge(leaver.email) } == .invalidCredentials)
        let notices = try await fixture.parts.revocations.page(after: 0).notices
        let notice = try #require(notices.last { $0.target == .member(owner.tenant, leaver.member) })
        #expect(tokens.access.issuedAt < notice.notBefore)

        let events = try await fixture.trail(owner.tenant).count
        #expect(try await ending.end(command, fixture.call(as: .hr)) == .ended)
        #expect(try await fixture.trail(owner.tenant).count == events)

        // The address can be invited anew, as another member.
        let (again, _) = try await fixture.invite(leaver.email, in: owner.tenant, roles: [.viewer])
        #expect(again.id != leaver.member)
    }

    @Test("an administrator ends a membership; not his own, not an owner's, not twice")
    func endedByAdministrator() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let admin = try await fixture.person(in: owner.tenant, roles: [.admin])
        let leaver = try await fixture.person(in: owner.tenant, roles: [.employee])
        let tokens = try await fixture.tokens(of: leaver)
        let token = try fixture.accessToken(try await fixture.tokens(of: admin))
        let ending = MembershipEnding(parts: fixture.parts)
        func end(_ member: UUIDv7) async throws -> Member? {
            let version = try await read(member, owner.tenant, fixture).version
            return try await ending.end(
                member, version: ETag(version: version), by: token, where: "true", decision: nil, fixture.call())
        }
        #expect(try await end(leaver.member)?.status == .ended)
        #expect(try await problem { _ = try await fixture.refresh(tokens) } == .invalidGrant)
        #expect(try await problem { _ = try await fixture.challenge(leaver.email) } == .invalidCredentials)
        #expect(try await problem { _ = try await end(leaver.member) } == .memberEnded)
        #expect(try await problem { _ = try await end(owner.member) } == .ownerOnly)
        #expect(try await problem { _ = try await end(admin.member) } == .ownEnd)
        #expect(try await fixture.trail(owner.tenant).filter { $0 == "member.end allowed" }.count == 1)
    }

    @Test("the last owner's membership does not end with the employment, and the trail says so")
    func lastOwnerLeaves() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let helper = try await fixture.person(in: owner.tenant, roles: [.hrLead])
        let employee = UUIDv7.generate()
        let token = try fixture.accessToken(try await fixture.tokens(of: helper))
        _ = try await fixture.members.link(owner.member, to: employee, by: token, fixture.call(as: .hr))
        let command = MembershipEnd(
            tenant: owner.tenant, member: owner.member, employee: employee, at: fixture.clock.now,
            requestID: .generate())
        let refusal = try await problem {
            _ = try await MembershipEnding(parts: fixture.parts).end(command, fixture.call(as: .hr))
        }
        #expect(refusal == .lastOwner)
        #expect(try await fixture.trail(owner.tenant).last == "member.end denied last-owner")
        _ = try await fixture.tokens(of: owner)
    }
}
