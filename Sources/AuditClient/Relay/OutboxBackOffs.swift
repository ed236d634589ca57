/// Which destinations are left alone for a while because they did not answer.
struct OutboxBackOffs {
    private struct State {
        var wait: Duration
        var until: ContinuousClock.Instant
    }

    private let pace: OutboxPace
    private var states: [OutboxTopic: State] = [:]

    init(pace: OutboxPace) {
        self.pace = pace
    }

    /// Whether the topic's destination may be tried.
    func isOpen(_ topic: OutboxTopic) -> Bool {
        states[topic].map { $0.until <= .now } ?? true
    }

    /// Takes note of how a delivery went: a failure doubles the wait, a success ends it.
    mutating func note(_ result: OutboxCourier.Result, _ topic: OutboxTopic) {
        switch result {
        case .delivered:
            states[topic] = nil
        case .nothing:
            break
        case .failed:
            let wait = min(states[topic].map { $0.wait * 2 } ?? pace.firstBackOff, pace.longestBackOff)
            // Jitter, so that the copies of a service do not come back all at once.
            states[topic] = State(wait: wait, until: .now + wait * Double.random(in: 0.5...1))
        }
    }
}
