import WireFormat

@_spi(Authenticated) @testable import ServiceKit

/// Accepts the token `good` of one member, and nothing else.
struct TestVerifier: AccessTokenVerifier {
    let tenant = TenantID(UUIDv7.generate())
    let subject = UUIDv7.generate()

    func verify(_ compact: String) async throws(Problem) -> AccessToken {
        guard compact == "good" else { throw .unauthenticated("the access token does not verify") }
        return AccessToken(
            compact: Redacted(compact), tenant: tenant, subject: subject, roles: ["viewer"], employeeID: nil,
            amr: ["pwd"], authTime: .now(), session: .generate(), clientID: "test", jti: "1",
            expires: Instant.now().adding(.seconds(60)), issuedAt: .now())
    }
}
