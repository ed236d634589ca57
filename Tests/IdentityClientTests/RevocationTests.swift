import IdentityClient
import ServiceKit
import Testing
import WireFormat

@Suite("revocations")
struct RevocationTests {
    @Test("a notice voids the older tokens of its member or session, and no others")
    func scope() async throws {
        let source = PublishedIdentity(keys: [issuer.jwk])
        let (tenant, elsewhere) = (TenantID(UUIDv7.generate()), TenantID(UUIDv7.generate()))
        let (member, session) = (UUIDv7.generate(), UUIDv7.generate())
        let now = Instant.now()
        let before = now.adding(.seconds(-60))
        func token(_ tenant: TenantID, _ member: UUIDv7, _ session: UUIDv7, at issued: Instant) -> String {
            issuer.token(issuer.claims(tenant: tenant, subject: member, session: session, issuedAt: issued))
        }
        let mine = token(tenant, member, session, at: before)
        let otherTenant = token(elsewhere, member, .generate(), at: before)
        let otherMember = token(tenant, .generate(), .generate(), at: before)
        let sameSession = token(tenant, .generate(), session, at: before)
        let renewed = token(tenant, member, .generate(), at: now.adding(.milliseconds(1)))
        try await withAuthority(source) { authority in
            for compact in [mine, otherTenant, otherMember, sameSession] {
                #expect(await authority.refusal(of: compact) == nil)
            }
            source.revoke(.member(tenant, member), tenant: tenant, notBefore: now)
            try await eventually("the notice arrives") { await authority.refusal(of: mine) == "token-revoked" }
            #expect(await authority.refusal(of: renewed) == nil)
            for compact in [otherTenant, otherMember, sameSession] {
                #expect(await authority.refusal(of: compact) == nil)
            }
            source.revoke(.session(session), tenant: tenant, notBefore: now)
            try await eventually("the notice arrives") { await authority.refusal(of: sameSession) == "token-revoked" }
            #expect(await authority.refusal(of: otherMember) == nil)
        }
    }

    @Test("before the backlog is in, every token gets a 503")
    func backlog() async throws {
        let source = PublishedIdentity(keys: [issuer.jwk])
        source.answer(keys: true, revocations: false)
        try await withAuthority(source, untilReady: false) { authority in
            let compact = issuer.token(issuer.claims())
            #expect(await authority.refusal(of: compact) == "revocations-stale")
            #expect(await !authority.isReady())
            source.answer(keys: true, revocations: true)
            try await eventually("the feed is back") { await authority.refusal(of: compact) == nil }
        }
    }

    @Test("a page is read as strictly as it is written")
    func wire() throws {
        let tenant = TenantID(UUIDv7.generate())
        let page = RevocationPage(
            through: 7, more: true,
            notices: [
                RevocationNotice(position: 6, tenant: tenant, target: .member(tenant, .generate()), notBefore: .now()),
                RevocationNotice(position: 7, tenant: tenant, target: .session(.generate()), notBefore: .now()),
            ])
        #expect(try RevocationPage.decode(from: JSONValue.parse(page.wire.bytes())) == page)
        for (name, value): (String, JSONValue) in [
            ("version", 2), ("through", -1), ("more", nil), ("notices", [[:]]), ("x", 1),
        ] {
            var members = page.wire.object ?? [:]
            members[name] = value
            #expect(throws: FieldErrors.self) { try RevocationPage.decode(from: .object(members)) }
        }
    }
}
