import IdentityClient
import Logging
import ServiceKit
import Synchronization
import Testing
import WireFormat

/// A clock that a test sets.
final class SetClock: Sendable {
    private let instant: Mutex<Instant>
    init(_ instant: Instant) { self.instant = Mutex(instant) }
    var now: Instant {
        get { instant.withLock { $0 } }
        set { instant.withLock { $0 = newValue } }
    }
}

/// Runs `body` with an authority that follows `source` and is ready.
func withAuthority(
    _ source: any IdentitySource, issuer: String = "https://auth.example", clock: SetClock? = nil,
    untilReady: Bool = true, _ body: (AccessTokenAuthority) async throws -> Void
) async throws {
    let authority = AccessTokenAuthority(
        rules: AccessTokenRules(issuer: issuer), source: source, logger: Logger(label: "test"),
        now: { clock?.now ?? .now() })
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await authority.run() }
        if untilReady { try await eventually("the authority is ready") { await authority.isReady() } }
        try await body(authority)
        group.cancelAll()
    }
}

/// Waits until `condition` holds, at most a minute: the machine may be busy with the other tests.
func eventually(
    _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record(what, sourceLocation: sourceLocation)
}

extension AccessTokenAuthority {
    /// The code of the problem that verifying gives, or nil when the token is accepted.
    func refusal(of compact: String) async -> String? {
        do {
            _ = try await verify(compact)
            return nil
        } catch {
            return error.code
        }
    }
}
