import AuditClient
import IdentityClient
@_spi(ScopeMinting) import Postgres
import SQLQuery
import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import AuthService

@Suite("Deactivation")
struct DeactivationTests {
    /// The two ways in which a membership ends.
    enum Path: CaseIterable { case administrator, employmentEnded }

    private func end(
        _ leaver: IdentityFixture.Person, _ path: Path, _ fixture: IdentityFixture, by admin: AccessToken,
        employee: UUIDv7
    ) async throws {
        let ending = MembershipEnding(parts: fixture.parts)
        switch path {
        case .administrator:
            let rows = try await fixture.database.query(
                TenantScope(tenant: leaver.tenant), MemberStore.one(leaver.member, tenant: leaver.tenant, where: "true")
            )
            let member = try MemberStore.read(try #require(rows.first))
            _ = try await ending.end(
                leaver.member, version: member.tag, by: admin, where: "true", decision: nil, fixture.call())
        case .employmentEnded:
            let command = MembershipEnd(
                tenant: leaver.tenant, member: leaver.member, employee: employee, at: fixture.clock.now,
                requestID: .generate())
            #expect(try await ending.end(command, fixture.call(as: .hr)) == .ended)
        }
    }

    @Test(
        "either way ends sessions, refresh tokens, half sign-ins and access tokens; and when any of it fails, nothing ends",
        arguments: Path.allCases)
    func everything(path: Path) async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let admin = try await fixture.accessToken(fixture.tokens(of: owner))
        let leaver = try await fixture.person(in: owner.tenant, roles: [.employee])
        let employee = UUIDv7.generate()
        let helper = try await fixture.accessToken(
            fixture.tokens(of: fixture.person(in: owner.tenant, roles: [.hrLead])))
        _ = try await fixture.members.link(leaver.member, to: employee, by: helper, fixture.call(as: .hr))
        let first = try await fixture.tokens(of: leaver)
        let second = try await fixture.tokens(of: leaver)
        let rotated = try await fixture.refresh(second)
        let before = try await fixture.parts.revocations.page(after: 0).notices.count

        // The last statement of the transaction fails: whatever came before it is undone.
        let superuser = fixture.test.database(fixture.test.superuser(schema: "auth"))
        try await superuser.execute(
            SystemScope(),
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'")
        try await superuser.execute(
            SystemScope(), "CREATE TRIGGER refuse BEFORE INSERT ON revocation FOR EACH ROW EXECUTE FUNCTION refuse()")
        await #expect(throws: (any Error).self) {
            try await end(leaver, path, fixture, by: admin, employee: employee)
        }
        try await superuser.execute(SystemScope(), "DROP TRIGGER refuse ON revocation")
        await superuser.close()
        let still = try await fixture.refresh(first)
        #expect(try await !fixture.trail(owner.tenant).contains("member.end allowed"))

        fixture.clock.advance(.seconds(TOTP.stepSeconds))
        let half = try await fixture.challenge(leaver.email)
        try await end(leaver, path, fixture, by: admin, employee: employee)
        for tokens in [first, second, rotated, still] {
            #expect(try await problem { _ = try await fixture.refresh(tokens) } == .invalidGrant)
        }
        #expect(
            try await problem {
                _ = try await fixture.complete(half, code: leaver.totp.code(step: fixture.step))
            } == .invalidCredentials)
        let stepUp = try await problem {
            _ = try await StepUpCommands(parts: fixture.parts).stepUp(
                StepUpRequest.decode(from: ["code": .string(leaver.totp.code(step: fixture.step))]),
                fixture.accessToken(still), fixture.call())
        }
        #expect(stepUp != nil)
        let notices = try await fixture.parts.revocations.page(after: 0).notices.dropFirst(before)
        let notice = try #require(notices.first)
        #expect(notices.count == 1)
        #expect(notice.target == .member(owner.tenant, leaver.member))
        for tokens in [first, second, rotated, still] { #expect(tokens.access.issuedAt < notice.notBefore) }
    }
}
