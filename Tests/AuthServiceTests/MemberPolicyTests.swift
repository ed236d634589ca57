import AuditCore
import IdentityClient
import PolicyClient
import PolicyCore
import Postgres
import SQLQuery
import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import AuthService

@Suite("Changes of members, with policies of one's own")
struct MemberPolicyTests {
    /// An administrator's call that PolicyEngine judges by the shipped policies with `change` made to `member.yaml`.
    private func judging<R: Sendable>(
        _ change: @Sendable (String) -> String,
        _ body: (IdentityFixture, MemberEnforcement, Member, Call) async throws -> R
    ) async throws -> R {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let admin = try await fixture.person(in: owner.tenant, roles: [.admin])
        let person = try await fixture.person(in: owner.tenant, roles: [.employee])
        let token = try fixture.accessToken(try await fixture.tokens(of: admin))
        let rows = try await fixture.database.query(
            token.tenantScope, MemberStore.one(person.member, tenant: owner.tenant, where: "true"))
        let member = try MemberStore.read(try #require(rows.first))
        let bundle = try PolicyStandIn.bundle { path, text in
            path == "modules/member.yaml" ? change(text) : text
        }
        let subject = Subject(tenant: owner.tenant.text, id: token.subject.text, roles: token.roles)
        return try await PolicyStandIn.deciding(by: bundle, for: subject, asking: .auth) { policy in
            try await body(
                fixture, MemberEnforcement(parts: fixture.parts, policy: policy), member,
                Call(accessToken: token, logger: TestDatabase.quiet))
        }
    }

    private func judge(
        _ change: MemberChange, _ member: Member, _ enforcement: MemberEnforcement, _ call: Call
    ) async throws -> Problem? {
        try await problem {
            let gate = try await enforcement.gate(call, action: change.action)
            #expect(try await enforcement.judge(change, of: member.id, version: member.tag, gate, call))
        }
    }

    @Test("fields whose class the caller may not write are refused by name, and the refusal is on record")
    func unwritable() async throws {
        let closed: @Sendable (String) -> String = {
            $0.replacing("    write:\n      - {roles: [admin], scope: all}", with: "    write: []")
        }
        try await judging(closed) { fixture, enforcement, member, call in
            for (change, field) in [(MemberChange.roles(RoleSet([.viewer])), "roles"), (.end, "status")] {
                let refusal = try await judge(change, member, enforcement, call)
                #expect(refusal?.code == "field-not-writable")
                #expect(refusal?.errors.map(\.pointer) == ["/" + field])
                #expect(
                    try await fixture.trail(member.tenant).last == "\(change.action) denied field-not-writable")
            }
            let refusal = try await problem { _ = try await enforcement.create(call, roles: RoleSet([.viewer])) }
            #expect(refusal?.errors.map(\.pointer) == ["/email", "/roles"])
            #expect(try await fixture.trail(member.tenant).last == "member.create denied field-not-writable")
        }
    }

    @Test("the state to be is judged, not only the present one")
    func newState() async throws {
        let noManagers: @Sendable (String) -> String = {
            $0.replacing(
                "denials:\n",
                with: """
                    denials:
                      - id: managers-are-made-elsewhere
                        actions: [create, update_roles]
                        when: resource.roles == "manager"
                        reason: Another system makes managers.

                    """)
        }
        try await judging(noManagers) { fixture, enforcement, member, call in
            let allowed = try await judge(.roles(RoleSet([.viewer])), member, enforcement, call)
            #expect(allowed == nil)
            let refusal = try await judge(.roles(RoleSet([.manager])), member, enforcement, call)
            #expect(refusal?.code == "denied")
            #expect(refusal?.members["rule"] == "member/managers-are-made-elsewhere")
            let created = try await problem { _ = try await enforcement.create(call, roles: RoleSet([.manager])) }
            #expect(created?.code == "denied")
            #expect(try await fixture.trail(member.tenant).last == "member.create denied denied")
        }
    }

    @Test("a member that is no longer as the caller saw it, and one whom the gate hides, are not judged")
    func stale() async throws {
        try await judging({ $0 }) { _, enforcement, member, call in
            let change = MemberChange.roles(RoleSet([.viewer]))
            let gate = try await enforcement.gate(call, action: change.action)
            let refusal = try await problem {
                _ = try await enforcement.judge(change, of: member.id, version: ETag(version: 77), gate, call)
            }
            #expect(refusal?.code == "stale")
            // Nobody changes the own roles: the gate does not let that row through.
            let own = try call.user.subject
            #expect(try await !enforcement.judge(change, of: own, version: ETag(version: 77), gate, call))
        }
    }
}
