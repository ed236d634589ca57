import ServiceKit
import Testing
import WireFormat

@testable import AuthService

@Suite("Rules of roles and tokens")
struct RuleTests {
    /// From, to, the actor's roles, whether it is the actor, and the refusal.
    struct Change: Sendable, CustomTestStringConvertible {
        let from: [Role]
        let to: [Role]
        let actor: [Role]
        let isSelf: Bool
        let refusal: String?
        var testDescription: String { "\(from) to \(to) by \(actor)\(isSelf ? " on himself" : "")" }
    }

    @Test(
        "who may change which roles",
        arguments: [
            Change(from: [.employee], to: [.employee, .manager], actor: [.admin], isSelf: false, refusal: nil),
            Change(
                from: [.employee], to: [.employee, .hrLead], actor: [.admin], isSelf: false, refusal: "role-not-held"),
            Change(from: [], to: [.admin], actor: [.hrLead], isSelf: false, refusal: "role-not-held"),
            Change(from: [.employee], to: [.hrLead], actor: [.owner], isSelf: false, refusal: nil),
            Change(from: [.hrLead], to: [.employee], actor: [.admin], isSelf: false, refusal: nil),
            Change(from: [.admin], to: [.admin, .hrLead], actor: [.admin], isSelf: true, refusal: "own-roles"),
            Change(from: [.owner], to: [.owner, .employee], actor: [.owner], isSelf: true, refusal: "own-roles"),
            Change(from: [.owner, .employee], to: [.employee], actor: [.owner], isSelf: true, refusal: nil),
            Change(from: [.employee], to: [.owner], actor: [.admin], isSelf: false, refusal: "owner-only"),
            Change(from: [.owner], to: [.employee], actor: [.admin], isSelf: false, refusal: "owner-only"),
            Change(from: [.owner], to: [.employee], actor: [.owner], isSelf: false, refusal: nil),
        ])
    func roles(change: Change) {
        var refusal: String?
        do {
            try RoleRules.judge(
                from: RoleSet(change.from), to: RoleSet(change.to), actor: change.actor, isSelf: change.isSelf)
        } catch {
            refusal = error.code
        }
        #expect(refusal == change.refusal)
    }

    @Test("unknown, repeated and missing roles are refused where they stand")
    func roleNames() {
        for (value, pointer) in [
            (["employee", "root"], "/roles/1"), (["owner", "owner"], "/roles/1"), ([], "/roles"), ([1], "/roles/0"),
        ] as [(JSONValue, String)] {
            let errors = #expect(throws: FieldErrors.self) { try MemberChange.decode(from: ["roles": value]) }
            #expect(errors?.errors.map(\.pointer) == [pointer])
        }
    }

    @Test("the floor of tokens is above every `iat` that can have been issued")
    func floor() {
        let now = Instant(microseconds: 1_800_000_000_700_000)
        let first = TokenFloor.raised(from: Instant(seconds: 0), now: now)
        #expect(first == Instant(seconds: 1_800_000_001))
        // A token issued right after it carries that second; a second change within the same second voids it too.
        #expect(TokenFloor.raised(from: first, now: now) > first)
    }

    @Test("opaque tokens carry their tenant, are of one kind, and never print their secret")
    func opaque() throws {
        let tenant = TenantID(.generate())
        let token = OpaqueToken.generate(.refresh, tenant: tenant)
        let read = try #require(OpaqueToken(token.text, kind: .refresh))
        #expect(read.tenant == tenant)
        #expect(read.hash == token.hash)
        #expect(OpaqueToken(token.text, kind: .invitation) == nil)
        #expect(!"\(token)".contains(token.text.suffix(20)))
        #expect(Set((0..<100).map { _ in OpaqueToken.generate(.refresh).text }).count == 100)
    }

    @Test(
        "what is no token is none",
        arguments: [
            "", "bwr", "bwr..", "bwr.system.", "bwr.system.AAAA", "bwr.nobody." + String(repeating: "A", count: 43),
            String(repeating: "x", count: 100_000),
        ])
    func notOpaque(text: String) {
        #expect(OpaqueToken(text, kind: .refresh) == nil)
    }

    @Test("a key is published before it signs and after it has signed")
    func schedule() throws {
        let start = Instant(seconds: 1_800_000_000)
        let jwk = RSAPublicJWK(modulus: [1], exponent: [3])
        func key(_ activates: Instant, retires: Instant? = nil) -> SigningKeyRecord {
            SigningKeyRecord(
                id: .generate(), publicJWK: jwk, sealedPrivateKey: [], createdAt: start, activatesAt: activates,
                retiresAt: retires, removesAt: retires?.adding(SigningKeySchedule.overlap))
        }
        #expect(SigningKeySchedule.activation(after: [], at: start) == start)
        let first = key(start)
        #expect(SigningKeySchedule.activation(after: [first], at: start.adding(.seconds(60))) == nil)
        let due = start.adding(SigningKeySchedule.rotation)
        let activation = try #require(SigningKeySchedule.activation(after: [first], at: due))
        #expect(activation == due.adding(SigningKeySchedule.notice))
        let second = key(activation)
        let retired = key(start, retires: activation)
        #expect(SigningKeySchedule.activation(after: [retired, second], at: due) == nil)
        #expect(SigningKeySchedule.current(of: [retired, second], at: due)?.activatesAt == start)
        #expect(SigningKeySchedule.current(of: [retired, second], at: activation)?.activatesAt == activation)
        #expect(SigningKeySchedule.state(second, at: due) == .next)
        #expect(SigningKeySchedule.state(retired, at: activation) == .retired)
        #expect(
            SigningKeySchedule.state(retired, at: activation.adding(AccessTokenIssuer.lifetime)) == .retired,
            "the last token that it signed is still alive")
        #expect(SigningKeySchedule.state(retired, at: activation.adding(SigningKeySchedule.overlap)) == .expired)
    }

    @Test(
        "e-mail addresses",
        arguments: [
            ("ada@example.org", true), ("a.b+c@x.y.z", true), ("", false), ("@example.org", false), ("ada@", false),
            ("ada example@x.org", false), ("a@b@c.org", false), ("ada@.org", false), ("ada@exa..mple", false),
            (String(repeating: "a", count: 300) + "@x.org", false), ("a\u{7f}@x.org", false),
        ])
    func email(text: String, isOne: Bool) {
        #expect((EmailAddress(text) != nil) == isOne)
    }
}
