import Testing

@testable import Postgres

/// The pool's decisions, without connections.
@Suite struct PoolStateTests {
    private typealias State = PoolState<String, Int>
    private let now = ContinuousClock.now

    private func word(_ acquisition: State.Acquisition) -> String {
        switch acquisition {
        case .use(let connection): "use \(connection)"
        case .open: "open"
        case .backOff: "back off"
        case .wait: "wait"
        case .refuseFull: "full"
        case .refuseClosed: "closed"
        }
    }

    @Test func opensUpToItsSizeThenQueuesUpToItsLimit() {
        var state = State(size: 2, waitLimit: 1)
        #expect(word(state.acquire(at: now)) == "open")
        #expect(word(state.acquire(at: now)) == "open")
        #expect(word(state.acquire(at: now)) == "wait")
        state.enqueue(7, id: 1)
        #expect(word(state.acquire(at: now)) == "full")
    }

    @Test func theWarmestConnectionIsTakenFirst() {
        var state = State(size: 2, waitLimit: 1)
        _ = state.acquire(at: now)
        _ = state.acquire(at: now)
        _ = state.release("a")
        _ = state.release("b")
        #expect(word(state.acquire(at: now)) == "use b")
        #expect(word(state.acquire(at: now)) == "use a")
    }

    @Test func theFirstWaiterIsServedFirst() {
        var state = State(size: 1, waitLimit: 3)
        _ = state.acquire(at: now)
        state.enqueue(1, id: 1)
        state.enqueue(2, id: 2)
        #expect(state.release("a").waiter == 1)
        #expect(state.inUse == 1)
        #expect(state.removeWaiter(2) == 2)
        #expect(state.removeWaiter(2) == nil)
        #expect(state.release("a").waiter == nil)
        #expect(state.inUse == 0)
    }

    @Test func aDeadConnectionMakesRoomForAWaiter() {
        var state = State(size: 1, waitLimit: 3)
        _ = state.acquire(at: now)
        state.enqueue(1, id: 1)
        #expect(state.discard() == 1)
        #expect(word(state.acquire(at: now)) == "open")
    }

    @Test func failuresBackOffAndASuccessEndsThat() {
        var state = State(size: 2, waitLimit: 3)
        _ = state.acquire(at: now)
        _ = state.openingFailed(at: now, jitter: 0.5)
        #expect(word(state.acquire(at: now)) == "back off")
        #expect(word(state.acquire(at: now + .milliseconds(60))) == "open")
        state.opened()
        #expect(word(state.acquire(at: now)) == "open")
    }

    @Test func thePauseDoublesUpToFiveSeconds() {
        let pauses = (1...10).map { State.pause(afterFailures: $0) }
        #expect(pauses.prefix(3) == [.milliseconds(50), .milliseconds(100), .milliseconds(200)])
        #expect(pauses.last == .seconds(5))
        #expect(State.pause(afterFailures: 1_000_000) == .seconds(5))
    }

    @Test func aClosedPoolKeepsNothing() {
        var state = State(size: 2, waitLimit: 3)
        _ = state.acquire(at: now)
        _ = state.acquire(at: now)
        _ = state.release("a")
        state.enqueue(1, id: 1)
        let closed = state.close()
        #expect(closed.connections == ["a"])
        #expect(closed.waiters == [1])
        #expect(word(state.acquire(at: now)) == "closed")
        #expect(state.release("b").keep == false)
        #expect(state.inUse == 0)
    }
}
