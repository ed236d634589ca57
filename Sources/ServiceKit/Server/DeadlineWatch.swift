import ServiceLifecycle
import Synchronization

/// Ends the requests that reach their deadline, by one ticking task for all: a timer a request would cost more than
/// most requests.
final class DeadlineWatch: Service {
    /// How late a deadline may be noticed.
    static let tick = Duration.milliseconds(50)

    let gate: AdmissionGate
    private let exchanges = Mutex<[ObjectIdentifier: Exchange]>([:])

    init(gate: AdmissionGate) {
        self.gate = gate
    }

    func add(_ exchange: Exchange) {
        exchanges.withLock { $0[ObjectIdentifier(exchange)] = exchange }
    }

    func remove(_ exchange: Exchange) {
        _ = exchanges.withLock { $0.removeValue(forKey: ObjectIdentifier(exchange)) }
    }

    /// Ticks until the process ends: it must outlive the listeners, which finish what is in flight.
    func run() async throws {
        while !Task.isCancelled, !(Task.isShuttingDownGracefully && exchanges.withLock({ $0.isEmpty })) {
            try? await Task.sleep(for: Self.tick)
            let now = ContinuousClock.now
            let late = exchanges.withLock { $0.values.filter { $0.deadline <= now } }
            for exchange in late {
                exchange.expire()
                remove(exchange)
            }
            gate.expire(at: now)
        }
    }
}

/// One request between its handler and its deadline: whichever comes first gives the answer, once.
final class Exchange: Sendable {
    /// What comes of a request.
    enum Outcome: Sendable {
        case answered(Answer)
        case expired(caller: VerifiedCaller?)
    }

    private struct State {
        var continuation: CheckedContinuation<Outcome, Never>?
        var task: Task<Void, Never>?
        var caller: VerifiedCaller?
        /// Set once; the first one counts.
        var outcome: Outcome?
    }

    let deadline: ContinuousClock.Instant
    private let state = Mutex(State())

    init(deadline: ContinuousClock.Instant) {
        self.deadline = deadline
    }

    /// Runs the work; at the deadline the work is cancelled, and left behind if it does not heed that. It keeps its place
    /// in the ``AdmissionGate`` until it ends.
    func run(_ work: @escaping @Sendable (Exchange) async -> Answer) async -> Outcome {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let early = state.withLock { state -> Outcome? in
                    if state.outcome == nil { state.continuation = continuation }
                    return state.outcome
                }
                if let early { return continuation.resume(returning: early) }
                let task = Task(executorPreference: EventLoopExecutor.shared) {
                    self.finish(.answered(await work(self)))
                }
                state.withLock { if $0.outcome == nil { $0.task = task } }
            }
        } onCancel: {
            state.withLock { $0.task }?.cancel()
        }
    }

    /// Says who calls, so that even a late answer can be signed for them.
    func identified(_ caller: VerifiedCaller) {
        state.withLock { $0.caller = caller }
    }

    func expire() {
        let task = state.withLock { $0.task }
        finish(.expired(caller: state.withLock { $0.caller }))
        task?.cancel()
    }

    private func finish(_ outcome: Outcome) {
        let continuation = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
            guard state.outcome == nil else { return nil }
            state.outcome = outcome
            state.task = nil
            defer { state.continuation = nil }
            return state.continuation
        }
        continuation?.resume(returning: outcome)
    }
}

/// A reply, and who called, when that was verified.
struct Answer: Sendable {
    let reply: Reply
    let caller: VerifiedCaller?
}
