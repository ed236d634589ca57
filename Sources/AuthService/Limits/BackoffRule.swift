/// How tries of a secret slow down: some are free, then each waits twice as long as the one before. Counted from the
/// first try to the success that forgets them, or to a quiet time.
struct BackoffRule: Sendable {
    /// The name in the table and in the `RateLimit` header.
    let name: StaticString
    /// Tries that wait for nothing.
    let free: Int
    /// How long the try after these waits.
    let firstDelay: Duration
    /// No try waits longer.
    let longestDelay: Duration
    /// After so long without a try the count begins anew.
    let quiet: Duration

    /// Delays that can still double; beyond, the longest has long been reached.
    static let mostDoublings = 30
}
