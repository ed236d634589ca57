import Postgres
import SQLQuery
import ServiceKit
import WireFormat

extension RateLimiter {
    /// Counts a try and lets it through, or throws 429 with `RateLimit` and `Retry-After` and counts nothing.
    ///
    /// The count is taken before the secret is looked at, in one statement that locks the row: of any number of tries at
    /// once, at whatever copies, no more get through than the rule says.
    func admit(_ rule: BackoffRule, key: [UInt8], now: Instant) async throws {
        let kind = rule.name.description
        let forgotten = now.adding(rule.quiet)
        let first = rule.firstDelay.inMicroseconds
        let longest = rule.longestDelay.inMicroseconds
        let admitted = try await database.query(
            system,
            """
            INSERT INTO attempt_count AS present (kind, key, attempts, next_at, forgotten_at)
            VALUES (\(kind), \(key), 1, \(rule.free > 1 ? now : now.adding(rule.firstDelay)), \(forgotten))
            ON CONFLICT (kind, key) DO UPDATE
            SET attempts = CASE WHEN present.forgotten_at <= \(now) THEN 1 ELSE present.attempts + 1 END,
                next_at = CASE
                    WHEN present.forgotten_at <= \(now) OR present.attempts + 1 < \(rule.free) THEN \(now)
                    ELSE \(now) + interval '1 microsecond' * least(
                        \(longest)::double precision,
                        \(first)::double precision
                            * power(2::double precision,
                                    least(present.attempts + 1 - \(rule.free), \(BackoffRule.mostDoublings))
                                        ::double precision))
                    END,
                forgotten_at = \(forgotten)
            WHERE present.next_at <= \(now) OR present.forgotten_at <= \(now)
            RETURNING attempts
            """)
        if let row = admitted.first {
            let left = rule.free - (try row.get("attempts", as: Int.self))
            RateLimitNote.current?.add(
                RateLimit(
                    policy: rule.name, quota: rule.free, window: Int(rule.quiet.components.seconds), remaining: left,
                    reset: Int(rule.quiet.components.seconds)))
            return
        }
        let present = try await database.query(
            system, "SELECT next_at FROM attempt_count WHERE kind = \(kind) AND key = \(key)")
        // Gone meanwhile: the owner has signed in, and the next try is welcome.
        let next: Instant = try present.first?.get("next_at") ?? now
        let wait = max(1, Int((next.since(now).inMicroseconds + 999_999) / 1_000_000))
        throw RateLimit(
            policy: rule.name, quota: rule.free, window: Int(rule.quiet.components.seconds), remaining: 0, reset: wait
        ).exceeded
    }

    /// Forgets the tries that led to a sign-in which went all the way: on the device, when the account knew it, otherwise
    /// those of strangers. The others' tries stay counted: this sign-in says nothing about them.
    static func forget(_ rules: RateRules, of account: UUIDv7, device: KnownDevice?) -> SQL {
        if let device {
            return """
                DELETE FROM attempt_count
                WHERE key = \(device.id.bytes)
                    AND kind IN (\(rules.signInByDevice.name.description), \(rules.codeByDevice.name.description))
                """
        }
        return """
            DELETE FROM attempt_count
            WHERE (kind = \(rules.codeByAccount.name.description) AND key = \(account.bytes))
                OR (kind = \(rules.signInByAccount.name.description)
                    AND key = (SELECT email_index FROM account WHERE id = \(account)))
            """
    }
}
