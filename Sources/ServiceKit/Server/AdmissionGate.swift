import Synchronization

/// Lets a bounded number of requests in, a bounded number wait, and refuses the rest (load shedding).
final class AdmissionGate: Sendable {
    private struct Waiter {
        let number: UInt64
        let since: ContinuousClock.Instant
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var inFlight = 0
        var next: UInt64 = 0
        var waiters: [Waiter] = []
        var abandoned: Set<UInt64> = []
    }

    private let maximumInFlight: Int
    private let maximumQueued: Int
    private let queueWait: Duration
    private let state = Mutex(State())

    init(limits: ServerLimits) {
        self.maximumInFlight = limits.maximumInFlight
        self.maximumQueued = limits.maximumQueued
        self.queueWait = limits.queueWait
    }

    /// Requests that are in and that wait.
    var load: (inFlight: Int, queued: Int) {
        state.withLock { ($0.inFlight, $0.waiters.count) }
    }

    /// Whether the request is let in; every `true` is followed by one ``leave()``.
    func enter() async -> Bool {
        enum Answer {
            case enter, refuse
            case wait(UInt64)
        }
        let answer: Answer = state.withLock { state in
            if state.inFlight < maximumInFlight {
                state.inFlight += 1
                return .enter
            }
            guard state.waiters.count < maximumQueued else { return .refuse }
            state.next += 1
            return .wait(state.next)
        }
        switch answer {
        case .enter: return true
        case .refuse: return false
        case .wait(let number): return await wait(number)
        }
    }

    /// Gives a place back, to the one that has waited longest.
    func leave() {
        let next = state.withLock { state -> Waiter? in
            guard !state.waiters.isEmpty else {
                state.inFlight -= 1
                return nil
            }
            return state.waiters.removeFirst()
        }
        next?.continuation.resume(returning: true)
    }

    /// Refuses those that have waited too long.
    func expire(at now: ContinuousClock.Instant) {
        let late = state.withLock { state -> [Waiter] in
            let late = state.waiters.prefix { now - $0.since > queueWait }
            state.waiters.removeFirst(late.count)
            return Array(late)
        }
        for waiter in late { waiter.continuation.resume(returning: false) }
    }

    private func wait(_ number: UInt64) async -> Bool {
        // A cancellation that came after the answer has left its number behind.
        defer { _ = state.withLock { $0.abandoned.remove(number) } }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Bool? in
                    // Cancelled, or a place became free, between the two locks.
                    if state.abandoned.remove(number) != nil { return false }
                    if state.inFlight < maximumInFlight {
                        state.inFlight += 1
                        return true
                    }
                    state.waiters.append(Waiter(number: number, since: .now, continuation: continuation))
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard let index = state.waiters.firstIndex(where: { $0.number == number }) else {
                    state.abandoned.insert(number)
                    return nil
                }
                return state.waiters.remove(at: index)
            }
            waiter?.continuation.resume(returning: false)
        }
    }
}
