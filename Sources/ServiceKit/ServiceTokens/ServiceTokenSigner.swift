import Crypto
import HTTPTypes
import WireFormat

/// Makes service tokens with a service's own key.
struct ServiceTokenSigner: Sendable {
    let keys: ServiceKeys

    /// A request's token and its `jti`, which the response must name.
    func sign(
        request: ServiceTokenClaims.Request, to audience: ServiceName, at now: Instant
    ) throws -> (token: String, identifier: String) {
        let identifier = ServiceTokenClaims.newIdentifier()
        let token = try sign(to: audience, identifier: identifier, at: now) { payload in
            payload.member("htm", request.method)
            payload.member("htu", request.target)
            payload.member("bdg", request.bodyDigest)
            payload.member("hdg", request.headerDigest)
        }
        return (token, identifier)
    }

    /// A response's token.
    func sign(response: ServiceTokenClaims.Response, to audience: ServiceName, at now: Instant) throws -> String {
        try sign(to: audience, identifier: ServiceTokenClaims.newIdentifier(), at: now) { payload in
            payload.member("rti", response.requestIdentifier)
            payload.member("sts", number: String(response.status))
            payload.member("bdg", response.bodyDigest)
            payload.member("hdg", response.headerDigest)
        }
    }

    private func sign(
        to audience: ServiceName, identifier: String, at now: Instant, _ more: (inout PayloadWriter) -> Void
    ) throws -> String {
        let own = keys.current.own
        var payload = PayloadWriter()
        payload.member("iss", keys.service.text)
        payload.member("aud", audience.text)
        payload.member("iat", number: ServiceTokenClaims.numericDate(now))
        payload.member("exp", number: ServiceTokenClaims.numericDate(now.adding(ServiceTokenClaims.lifetime)))
        payload.member("jti", identifier)
        more(&payload)
        let input = own.headerSegment + "." + Base64URL.encode(payload.finish())
        let signature = try own.privateKey.signature(for: Array(input.utf8))
        return input + "." + Base64URL.encode(Array(signature))
    }
}

/// Writes a flat JSON object. INVARIANT: names and values need no escape: names are ours; values are service names,
/// base64url, methods, and request targets, which ``RequestTarget`` keeps free of quotes, backslashes and controls.
private struct PayloadWriter {
    private var bytes: [UInt8] = []

    init() {
        bytes.reserveCapacity(512)
    }

    mutating func member(_ name: StaticString, _ value: String) {
        begin(name)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: value.utf8)
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func member(_ name: StaticString, number: String) {
        begin(name)
        bytes.append(contentsOf: number.utf8)
    }

    mutating func finish() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    private mutating func begin(_ name: StaticString) {
        bytes.append(bytes.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }
}
