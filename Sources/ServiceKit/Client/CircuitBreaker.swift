/// Stops asking a callee that keeps failing, and finds out when it is back. Pure: the time comes in.
package struct CircuitBreaker: Sendable {
    /// When to open and when to try again.
    package struct Policy: Sendable {
        /// Failures in a row that open the circuit: more than a restarting process causes by chance in one batch.
        package var failuresToOpen = 5
        /// How long to wait before the first probe; doubled by each failed probe.
        package var firstPause = Duration.milliseconds(250)
        /// The longest wait: a restarted callee is found within this time.
        package var longestPause = Duration.seconds(2)

        /// The usual numbers.
        package init() {}
    }

    /// Whether a call may go out.
    package enum Permission: Sendable, Equatable {
        /// It may.
        case go
        /// It may, as the one that finds out whether the callee is back.
        case probe
        /// It may not.
        case refused
    }

    /// Where the circuit stands.
    package enum State: Sendable, Equatable {
        case closed(failures: Int)
        case open(until: ContinuousClock.Instant, pause: Duration)
        case halfOpen(pause: Duration)
    }

    /// Where the circuit stands now.
    package private(set) var state: State = .closed(failures: 0)
    private let policy: Policy

    /// A closed circuit.
    package init(policy: Policy = Policy()) {
        self.policy = policy
    }

    /// Asks before a call; every `go` and `probe` is followed by one ``record(success:probe:at:)``.
    package mutating func permit(at now: ContinuousClock.Instant) -> Permission {
        switch state {
        case .closed:
            return .go
        case .open(let until, let pause):
            guard now >= until else { return .refused }
            state = .halfOpen(pause: pause)
            return .probe
        case .halfOpen:
            return .refused
        }
    }

    /// Says how a call went: any believable answer is a success, whatever its status.
    package mutating func record(success: Bool, probe: Bool, at now: ContinuousClock.Instant) {
        switch (state, success) {
        case (.closed, true):
            state = .closed(failures: 0)
        case (.closed(let failures), false):
            let failures = failures + 1
            state =
                failures >= policy.failuresToOpen
                ? .open(until: now + policy.firstPause, pause: policy.firstPause) : .closed(failures: failures)
        case (.halfOpen, true) where probe:
            state = .closed(failures: 0)
        case (.halfOpen(let pause), false) where probe:
            let longer = min(pause * 2, policy.longestPause)
            state = .open(until: now + longer, pause: longer)
        case (.halfOpen, _), (.open, _):
            // A call from before the circuit opened; it says nothing about now.
            break
        }
    }

    /// Says that a call ended for a reason of the caller's own; a probe is taken back.
    package mutating func abandon(probe: Bool, at now: ContinuousClock.Instant) {
        if probe, case .halfOpen(let pause) = state { state = .open(until: now, pause: pause) }
    }
}
