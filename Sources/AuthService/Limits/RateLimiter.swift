import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// What is counted, and how much of it is let through: a burst, then one for each interval (a generic cell rate
/// limiter).
struct RateRule: Sendable {
    /// The name in the table and in the `RateLimit` header.
    let name: StaticString
    /// How many at once.
    let burst: Int
    /// After how long one more.
    let interval: Duration

    /// The window in which the whole burst comes back, in seconds.
    var windowSeconds: Int { max(1, burst * Int(interval.inMicroseconds) / 1_000_000) }
}

/// Counts in the database, so that any number of copies of the service share one count.
struct RateLimiter: Sendable {
    let database: Database
    let system: SystemScope

    /// Lets one through, or throws 429 with `RateLimit` and `Retry-After`. What is left goes on the answer.
    @discardableResult
    func admit(_ rule: RateRule, key: [UInt8], now: Instant) async throws -> RateLimit {
        let limit = try await count(rule, key: key, now: now)
        RateLimitNote.current?.add(limit)
        return limit
    }

    private func count(_ rule: RateRule, key: [UInt8], now: Instant) async throws -> RateLimit {
        let next = now.adding(rule.interval)
        let latest = now.adding(rule.interval * (rule.burst - 1))
        let microseconds = rule.interval.inMicroseconds
        let kind = rule.name.description
        let rows = try await database.query(
            system,
            """
            INSERT INTO rate_limit AS present (kind, key, theoretical_arrival)
            VALUES (\(kind), \(key), \(next))
            ON CONFLICT (kind, key) DO UPDATE
            SET theoretical_arrival = greatest(present.theoretical_arrival, \(now))
                + \(microseconds) * interval '1 microsecond'
            WHERE present.theoretical_arrival <= \(latest)
            RETURNING theoretical_arrival
            """)
        if let row = rows.first {
            let arrival: Instant = try row.get("theoretical_arrival")
            return Self.limit(rule, arrival: arrival, now: now)
        }
        let present = try await database.query(
            system, "SELECT theoretical_arrival FROM rate_limit WHERE kind = \(kind) AND key = \(key)")
        let arrival: Instant = try present.first?.get("theoretical_arrival") ?? next
        let wait = arrival.since(latest).inMicroseconds
        var problem = Self.limit(rule, arrival: arrival, now: now).exceeded
        problem.headers[.retryAfter] = String(max(1, (wait + 999_999) / 1_000_000))
        throw problem
    }

    /// The same without the problem and without telling the caller: whether one is let through.
    func admits(_ rule: RateRule, key: [UInt8], now: Instant) async throws -> Bool {
        do {
            _ = try await count(rule, key: key, now: now)
            return true
        } catch let problem as Problem where problem.status == .tooManyRequests {
            return false
        }
    }

    /// Counts that are back at nothing.
    func prune(now: Instant) async throws {
        try await database.execute(system, "DELETE FROM rate_limit WHERE theoretical_arrival < \(now)")
        try await database.execute(system, "DELETE FROM attempt_count WHERE forgotten_at < \(now)")
    }

    private static func limit(_ rule: RateRule, arrival: Instant, now: Instant) -> RateLimit {
        let used = max(0, arrival.since(now).inMicroseconds)
        let interval = max(1, rule.interval.inMicroseconds)
        return RateLimit(
            policy: rule.name, quota: rule.burst, window: rule.windowSeconds,
            remaining: rule.burst - Int((used + interval - 1) / interval), reset: Int((used + 999_999) / 1_000_000))
    }
}

extension Duration {
    /// Whole microseconds, rounded down.
    var inMicroseconds: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }
}
