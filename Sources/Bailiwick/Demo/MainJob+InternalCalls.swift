import Foundation
import NIOHTTP1
import ServiceKit
import WireFormat

extension MainJob {
    private static var trail: String { "/internal/v1/tenants/system/events?limit=1" }

    /// Step 10.
    func internalCalls(_ play: inout Screenplay) async throws {
        await play.step("10a", "an internal call with no token, an expired one, a replayed one, a changed body") {
            let good = token()
            try await call(signed: good).with(status: 200)
            var seen: [String] = []
            seen.append("none \(try await call(signed: nil).with(status: 401).status)")
            seen.append("replayed \(try await call(signed: good).with(status: 401).status)")
            let expired = token { $0.issued = Instant.now().adding(.seconds(-60)) }
            seen.append("expired \(try await call(signed: expired).with(status: 401).status)")
            let overlong = token { $0.lifetime = 600 }
            seen.append("too long a life \(try await call(signed: overlong).with(status: 401).status)")
            let elsewhere = token { $0.target = "/internal/v1/tenants/system/events?limit=2" }
            seen.append("another path \(try await call(signed: elsewhere).with(status: 401).status)")
            seen.append("changed body \(try await callWithChangedBody().with(status: 401).status)")
            return seen.joined(separator: ", ") + "; the same made right, 200"
        }
        await play.step("10b", "a service that answers unsigned is not believed") {
            // The public listener answers anybody, and signs nothing.
            do {
                _ = try await `operator`.ask(.policy, at: endpoints.publicURL(.policy), "/health/live")
            } catch let error as ServiceCallError where error.code == .unverified {
                return "\(error)"
            }
            throw StepFailure(description: "expected the unsigned answer to be dropped")
        }
    }

    private func token(_ change: (inout HandmadeServiceToken) -> Void = { _ in }) -> HandmadeServiceToken {
        var token = HandmadeServiceToken(
            audience: "audit", method: "GET", target: Self.trail, requestID: UUIDv7.generate().text)
        change(&token)
        return token
    }

    private func call(signed token: HandmadeServiceToken?) async throws -> APIClient.Answer {
        var headers: [(String, String)] = []
        if let token {
            headers = [("X-Request-ID", token.requestID), ("Service-Token", try compact(token))]
        }
        return try await api.send(.GET, endpoints.internalURL(.audit) + Self.trail, headers: headers)
    }

    private func callWithChangedBody() async throws -> APIClient.Answer {
        let path = "/internal/v1/organisations"
        let media = "application/json"
        let asked: JSONValue = ["name": "Asked for", "owner_email": "a@asked.example"]
        let sent: JSONValue = ["name": "Sent instead", "owner_email": "a@sent.example"]
        let token = HandmadeServiceToken(
            audience: "auth", method: "POST", target: path, body: asked.bytes(), contentType: media,
            requestID: UUIDv7.generate().text)
        return try await api.send(
            .POST, endpoints.internalURL(.auth) + path, body: .json(sent),
            headers: [("X-Request-ID", token.requestID), ("Service-Token", try compact(token))])
    }

    private func compact(_ token: HandmadeServiceToken) throws -> String {
        let file = installation.directory.serviceKey(ServiceName.operator.text)
        let key = try require(FileManager.default.contents(atPath: file), "the operator's key")
        return try token.signed(keyFile: Array(key))
    }
}
