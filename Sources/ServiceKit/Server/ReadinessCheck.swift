/// One reason for not being ready: database reachable, keys loaded, bundle loaded, revocations fresh.
public struct ReadinessCheck: Sendable {
    /// A check that takes longer has failed: a load balancer asks every second or so.
    static let timeLimit = Duration.seconds(2)

    /// The name, such as `database`.
    public let name: String
    /// Nil when all is well, otherwise the cause; everybody may read it, so it holds no secret.
    let failure: @Sendable () async -> String?
    /// What somebody should look at although the service is ready; nil when there is nothing. As public as `failure`.
    let warning: @Sendable () async -> String?

    /// A check that gives nil when all is well, otherwise the cause.
    ///
    /// - Parameter warning: what somebody should look at although all is well.
    public init(
        _ name: String, warning: @escaping @Sendable () async -> String? = { nil },
        failure: @escaping @Sendable () async -> String?
    ) {
        self.name = name
        self.warning = warning
        self.failure = failure
    }

    /// A check that is well when the body does not throw.
    public static func succeeds(_ name: String, _ body: @escaping @Sendable () async throws -> Void) -> ReadinessCheck {
        ReadinessCheck(name) {
            do {
                try await body()
                return nil
            } catch {
                return "failed"
            }
        }
    }
}
