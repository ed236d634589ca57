/// How long to wait before a process is started again: at once the first time, then twice as long each time, until it
/// has stayed up for a while. Pure: the caller brings the time.
struct RestartBackoff: Sendable {
    /// The wait after the second failure in a row.
    static let first = Duration.milliseconds(200)
    /// Never longer, so that a service comes back soon after its database does.
    static let longest = Duration.seconds(5)
    /// A process that ran this long was healthy; its next failure counts as the first.
    static let healthyAfter = Duration.seconds(10)

    private var failures = 0

    /// The wait after a process ended that had run for `uptime`.
    mutating func delay(afterUptime uptime: Duration) -> Duration {
        if uptime >= Self.healthyAfter { failures = 0 }
        defer { failures += 1 }
        guard failures > 0 else { return .zero }
        let doublings = min(failures - 1, 10)
        return min(Self.first * (1 << doublings), Self.longest)
    }
}
