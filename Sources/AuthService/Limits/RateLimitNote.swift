import HTTPTypes
import ServiceKit
import Synchronization

/// What the limits of one request have left, for the header of its answer: callers slow down before they are refused.
/// Of several limits the tightest is shown. A limit that is counted without being named to the caller is not noted: its
/// header would tell what the answer does not.
final class RateLimitNote: Sendable {
    /// That of the request which is being answered.
    @TaskLocal static var current: RateLimitNote?

    private let tightest = Mutex<RateLimit?>(nil)

    /// A limit let the request through.
    func add(_ limit: RateLimit) {
        tightest.withLock { present in
            if let other = present, !limit.isTighter(than: other) { return }
            present = limit
        }
    }

    /// Runs a route's handler and puts the fields on its answer, also when that is a problem.
    @Sendable static func showing(_ call: Call, _ handler: Route.Handler) async throws -> Reply {
        let note = RateLimitNote()
        do {
            var reply = try await $current.withValue(note) { try await handler(call) }
            note.put(on: &reply.headers)
            return reply
        } catch var problem as Problem {
            note.put(on: &problem.headers)
            throw problem
        }
    }

    /// What a 429 says of its own limit stays.
    private func put(on headers: inout HTTPFields) {
        guard headers[.rateLimit] == nil, let limit = tightest.withLock({ $0 }) else { return }
        for field in limit.headers { headers[field.name] = field.value }
    }
}
