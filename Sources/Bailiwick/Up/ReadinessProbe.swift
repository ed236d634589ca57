import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Asks a service whether it can serve.
enum ReadinessProbe {
    /// Whether `GET url` answers 200 within a second.
    static func isReady(_ url: String) async -> Bool {
        let answer = try? await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(1))
        return answer?.status == .ok
    }
}
