import Foundation
import NIOHTTP1
import WireFormat

extension MainJob {
    /// Steps 1 to 3.
    func signingIn(_ play: inout Screenplay) async throws {
        let manager = try persona("manager")
        let url = endpoints.publicURL(.auth)
        await play.step("1", "a wrong password and an unknown user get the same answer") {
            func attempt(_ email: String, _ password: String) async throws -> APIClient.Answer {
                try await api.send(
                    .POST, url + "/v1/sign-in", body: .json(["email": .string(email), "password": .string(password)]))
            }
            let wrong = try await attempt(manager.email, "not the password of anybody")
            let unknown = try await attempt("nobody.at.all@harbourlight.example", "not the password of anybody")
            try require(wrong.status == 401, "401, not \(wrong.status)")
            try require(unknown.status == wrong.status, "the same status")
            try require(Self.withoutRequestID(unknown) == Self.withoutRequestID(wrong), "the same body")
            return "401 \(wrong.problem ?? "") for both, word for word"
        }
        await play.step("2", "password, then a TOTP code, gives tokens that other people's tools verify") {
            let parts = manager.token.split(separator: ".").map(String.init)
            let header = try JSONValue.parse(Base64URL.decode(parts[0]) ?? [])
            let claims = try JSONValue.parse(Base64URL.decode(parts[1]) ?? [])
            try require(header["alg"] == "RS256" && header["typ"] == "at+jwt", "RS256 and at+jwt")
            let lifetime = (claims["exp"]?.integer ?? .max) - (claims["iat"]?.integer ?? 0)
            try require((1...600).contains(lifetime), "ten minutes or less, not \(lifetime) s")
            try require(!manager.refreshToken.isEmpty, "a refresh token")
            let jwks = try await api.send(.GET, url + "/.well-known/jwks.json").with(status: 200).json
            let key = try require(
                jwks["keys"]?.array?.first { $0["kid"] == header["kid"] }, "the token's key among the published ones")
            let verdict = try await OpenSSL.verify(token: manager.token, key: key)
            return "openssl says: \(verdict); it lives \(lifetime) s, for tenant \(claims["tenant"]?.string ?? "?")"
        }
        await play.step("3", "the same TOTP code a second time is refused") {
            let code = try await ForeignTools.oneTimeCode(secret: manager.secret, stepsAhead: 1)
            func attempt() async throws -> APIClient.Answer {
                let first = try await api.send(
                    .POST, url + "/v1/sign-in",
                    body: .json(["email": .string(manager.email), "password": .string(manager.password)])
                ).with(status: 200).json
                return try await api.send(
                    .POST, url + "/v1/sign-in/totp",
                    body: .json(["challenge": first["challenge"] ?? nil, "code": .string(code)]))
            }
            try await attempt().with(status: 200)
            let second = try await attempt().with(status: 401)
            return "first 200, then 401 \(second.problem ?? "")"
        }
    }

    private static func withoutRequestID(_ answer: APIClient.Answer) -> JSONValue {
        guard var members = answer.json.object else { return answer.json }
        members["request_id"] = nil
        return .object(members)
    }
}
