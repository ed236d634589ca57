import IdentityClient
import ServiceKit
import Testing
import WireFormat

@Suite("an access token has its time")
struct AccessTokenTimeTests {
    @Test(
        "times are judged with five seconds of leeway, from the cache as well",
        arguments: [
            (-6, "invalid-token"), (-4, nil), (0, nil), (599, nil), (604, nil), (606, "token-expired"),
            (100_000, "token-expired"),
        ] as [(Int64, String?)])
    func window(secondsAfterIssue: Int64, expected: String?) async throws {
        let issued = Instant(seconds: 1_795_000_000)
        let clock = SetClock(issued.adding(.seconds(1)))
        let compact = issuer.token(issuer.claims(issuedAt: issued))
        try await withAuthority(PublishedIdentity(keys: [issuer.jwk]), clock: clock) { authority in
            clock.now = issued.adding(.seconds(secondsAfterIssue))
            #expect(await authority.refusal(of: compact) == expected)
            clock.now = issued.adding(.seconds(1))
            #expect(await authority.refusal(of: compact) == nil)
            clock.now = issued.adding(.seconds(secondsAfterIssue))
            #expect(await authority.refusal(of: compact) == expected)
        }
    }

    @Test("a token that would outlive its revocation is refused", arguments: [601, 3600, 0, -5] as [Int64])
    func lifetime(seconds: Int64) async throws {
        let claims = issuer.claims(issuedAt: Instant(seconds: Instant.now().seconds), lifetime: seconds)
        try await withAuthority(PublishedIdentity(keys: [issuer.jwk])) { authority in
            #expect(await authority.refusal(of: issuer.token(claims)) == "invalid-token")
        }
    }
}
