import IdentityClient
import Postgres
import SQLQuery
import WireFormat

/// A token that this service signed itself, read back (RFC 7515 §5.2): ours by its key, of the wanted type, nothing else
/// believed.
struct OwnToken: Sendable {
    /// As ``IdentityClient`` reads at most.
    private static let longest = 8192

    let payload: [String: JSONValue]

    /// Nil for anything that one of the published keys did not sign, or that has another `typ`.
    init?(_ compact: String, type: String, _ parts: AuthParts) {
        guard compact.utf8.count <= Self.longest else { return nil }
        let pieces = compact.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false)
        guard pieces.count == 3, let header = Self.object(pieces[0]), let payload = Self.object(pieces[1]),
            let signature = Base64URL.decode(pieces[2]), Set(header.keys) == ["alg", "kid", "typ"],
            header["alg"]?.string == "RS256", header["typ"]?.string == type, let kid = header["kid"]?.string,
            let entry = parts.keys.jwks["keys"]?.array?.first(where: { $0["kid"]?.string == kid }),
            let key = RSAPublicJWK(wire: entry)?.verificationKey,
            key.verifies(
                signature: signature,
                of: Array(compact.utf8.prefix(pieces[0].utf8.count + 1 + pieces[1].utf8.count))),
            payload["iss"]?.string == parts.issuer.issuer
        else { return nil }
        self.payload = payload
    }

    subscript(_ name: String) -> JSONValue? { payload[name] }

    private static func object(_ piece: Substring) -> [String: JSONValue]? {
        Base64URL.decode(piece).flatMap { try? JSONValue.parse($0) }?.object
    }
}

/// An access token of this service that is in force now, by the database and not by a copy of the revocations.
struct LivingAccessToken: Sendable {
    let token: OwnToken
    let tenant: TenantID
    let subject: UUIDv7
    let session: UUIDv7
    let clientID: String
    let scopes: [OpenIDScope]?

    /// Nil when it is none, is over, or was revoked.
    static func find(_ compact: String, _ parts: AuthParts) async throws -> LivingAccessToken? {
        guard let token = OwnToken(compact, type: AccessTokenIssuer.type, parts),
            let tenant = token["tenant"]?.string.flatMap({ TenantID($0) }),
            let subject = token["sub"]?.string.flatMap({ UUIDv7($0) }),
            let session = token["sid"]?.string.flatMap({ UUIDv7($0) }), let clientID = token["client_id"]?.string,
            let issued = token["iat"]?.integer, let expires = token["exp"]?.integer
        else { return nil }
        let now = parts.now()
        guard now.seconds < expires else { return nil }
        let rows = try await parts.database.query(
            parts.system,
            """
            SELECT count(*) AS revocations FROM revocation
            WHERE (session = \(session) OR (tenant = \(tenant) AND member = \(subject)))
                AND not_before > \(Instant(seconds: issued))
            """)
        guard try rows.first?.get("revocations", as: Int64.self) == 0 else { return nil }
        return LivingAccessToken(
            token: token, tenant: tenant, subject: subject, session: session, clientID: clientID,
            scopes: token["scope"]?.string.map { OpenIDScope.known(in: $0) })
    }
}
