import Crypto
import HTTPTypes
import Synchronization
import WireFormat

/// Why a service token is not accepted.
struct ServiceTokenRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// For the log; the other side is told nothing.
    let description: String
    /// Whether the memory of `jti`s has no room, which is a 503 and not a 401.
    var isOverload = false

    init(_ description: String, isOverload: Bool = false) {
        self.description = description
        self.isOverload = isOverload
    }
}

/// A request's token that verified.
struct VerifiedCaller: Sendable, Equatable {
    let service: ServiceName
    let identifier: String
}

/// Verifies service tokens in both directions. One for each instance: it remembers every `jti` it accepted.
final class ServiceTokenVerifier: Sendable {
    private let keys: ServiceKeys
    private let startedAt: Instant
    private let memory: Mutex<ReplayMemory>

    init(keys: ServiceKeys, startedAt: Instant = .now(), capacity: Int = ReplayMemory.standardCapacity) {
        self.keys = keys
        self.startedAt = startedAt
        self.memory = Mutex(ReplayMemory(capacity: capacity))
    }

    /// The caller of a request that is bound as given.
    func verify(
        request token: String, bound: ServiceTokenClaims.Request, at now: Instant
    ) throws(ServiceTokenRefusal) -> VerifiedCaller {
        let (claims, common) = try verified(token, at: now)
        guard let service = ServiceName(common.issuer) else { throw ServiceTokenRefusal("iss is not a service") }
        guard common.issuedAt >= startedAt else { throw ServiceTokenRefusal("iat is before this instance started") }
        let claimed = ServiceTokenClaims.Request(
            method: try text(claims, "htm"), target: try text(claims, "htu"), bodyDigest: try text(claims, "bdg"),
            headerDigest: try text(claims, "hdg"))
        guard claimed.method == bound.method else { throw ServiceTokenRefusal("htm is another method") }
        guard claimed.target == bound.target else { throw ServiceTokenRefusal("htu is another target") }
        guard claimed.bodyDigest == bound.bodyDigest else { throw ServiceTokenRefusal("bdg is of another body") }
        guard claimed.headerDigest == bound.headerDigest else {
            throw ServiceTokenRefusal("hdg is of other header fields")
        }
        try remember(common, at: now)
        return VerifiedCaller(service: service, identifier: common.identifier)
    }

    /// Accepts a response that is bound as given and was made by `callee`, or throws.
    func verify(
        response token: String, bound: ServiceTokenClaims.Response, from callee: ServiceName, at now: Instant
    ) throws(ServiceTokenRefusal) {
        let (claims, common) = try verified(token, at: now)
        guard common.issuer == callee.text else { throw ServiceTokenRefusal("iss is not the callee") }
        guard try text(claims, "rti") == bound.requestIdentifier else {
            throw ServiceTokenRefusal("rti is of another request")
        }
        guard let status = claims["sts"]?.integer, status == Int64(bound.status) else {
            throw ServiceTokenRefusal("sts is another status")
        }
        guard try text(claims, "bdg") == bound.bodyDigest else { throw ServiceTokenRefusal("bdg is of another body") }
        guard try text(claims, "hdg") == bound.headerDigest else {
            throw ServiceTokenRefusal("hdg is of other header fields")
        }
    }

    /// Both directions have nine claims; a tenth is unknown and refused.
    private static let claimCount = 9

    private func verified(
        _ token: String, at now: Instant
    ) throws(ServiceTokenRefusal) -> ([String: JSONValue], ServiceTokenClaims.Common) {
        guard let parts = CompactJWS.split(token) else { throw ServiceTokenRefusal("not a compact JWS") }
        guard let key = keys.current.key(forHeader: parts.header) else {
            throw ServiceTokenRefusal("the header is not EdDSA, svc+jwt and a known kid")
        }
        guard key.publicKey.verifies(parts.signature, of: parts.signingInput) else {
            throw ServiceTokenRefusal("the signature is wrong")
        }
        guard let claims = (try? JSONValue.parse(parts.payload))?.object, claims.count == Self.claimCount else {
            throw ServiceTokenRefusal("the claims are not the nine of a service token")
        }
        guard let issuedAt = ServiceTokenClaims.instant(claims["iat"]),
            let expires = ServiceTokenClaims.instant(claims["exp"])
        else { throw ServiceTokenRefusal("iat or exp is not a date") }
        let common = ServiceTokenClaims.Common(
            issuer: try text(claims, "iss"), audience: try text(claims, "aud"), issuedAt: issuedAt, expires: expires,
            identifier: try text(claims, "jti"))
        guard key.service.text == common.issuer else { throw ServiceTokenRefusal("kid does not belong to iss") }
        guard common.audience == keys.service.text else { throw ServiceTokenRefusal("aud is not this service") }
        guard ServiceTokenClaims.identifier(common.identifier) != nil else {
            throw ServiceTokenRefusal("jti is not 128 bits")
        }
        guard expires > issuedAt, expires - issuedAt <= ServiceTokenClaims.longestLifetime else {
            throw ServiceTokenRefusal("iat and exp are more than 30 s apart")
        }
        guard now < expires.adding(ServiceTokenClaims.skew) else { throw ServiceTokenRefusal("exp is over") }
        guard issuedAt <= now.adding(ServiceTokenClaims.skew) else { throw ServiceTokenRefusal("iat is to come") }
        return (claims, common)
    }

    private func remember(_ common: ServiceTokenClaims.Common, at now: Instant) throws(ServiceTokenRefusal) {
        guard let identifier = ServiceTokenClaims.identifier(common.identifier) else {
            throw ServiceTokenRefusal("jti is not 128 bits")
        }
        // One second more than the last moment at which the token would be accepted.
        let until = common.expires.adding(ServiceTokenClaims.skew).seconds + 1
        let answer = memory.withLock { $0.remember(identifier, until: until, now: now.seconds) }
        switch answer {
        case .fresh: return
        case .replayed: throw ServiceTokenRefusal("jti was used before")
        case .full: throw ServiceTokenRefusal("the memory of jtis is full", isOverload: true)
        }
    }

    private func text(_ claims: [String: JSONValue], _ name: String) throws(ServiceTokenRefusal) -> String {
        guard let text = claims[name]?.string else { throw ServiceTokenRefusal("\(name) is missing or no string") }
        return text
    }
}
