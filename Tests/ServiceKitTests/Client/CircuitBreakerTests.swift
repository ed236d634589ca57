import Testing

@testable import ServiceKit

@Suite struct CircuitBreakerTests {
    private let start = ContinuousClock.now

    private func breaker(afterFailures count: Int) -> CircuitBreaker {
        var breaker = CircuitBreaker()
        for _ in 0..<count {
            #expect(breaker.permit(at: start) == .go)
            breaker.record(success: false, probe: false, at: start)
        }
        return breaker
    }

    @Test func staysClosedWhileSuccessesComeBetweenFailures() {
        var breaker = CircuitBreaker()
        for _ in 0..<20 {
            for _ in 0..<4 { breaker.record(success: false, probe: false, at: start) }
            breaker.record(success: true, probe: false, at: start)
            #expect(breaker.permit(at: start) == .go)
        }
    }

    @Test func opensAfterFiveFailuresInARowAndLetsOneProbeOutAfterAPause() {
        var breaker = breaker(afterFailures: 5)
        #expect(breaker.permit(at: start + .milliseconds(249)) == .refused)
        #expect(breaker.permit(at: start + .milliseconds(250)) == .probe)
        #expect(breaker.permit(at: start + .milliseconds(250)) == .refused, "one probe at a time")
    }

    @Test func closesWhenTheProbeSucceeds() {
        var breaker = breaker(afterFailures: 5)
        #expect(breaker.permit(at: start + .seconds(1)) == .probe)
        breaker.record(success: true, probe: true, at: start + .seconds(1))
        #expect(breaker.permit(at: start + .seconds(1)) == .go)
        #expect(breaker.state == .closed(failures: 0))
    }

    @Test func waitsLongerAfterEachFailedProbeButNeverMoreThanTwoSeconds() {
        var breaker = breaker(afterFailures: 5)
        var now = start
        for pause in [250, 500, 1000, 2000, 2000, 2000] {
            #expect(breaker.permit(at: now + .milliseconds(pause - 1)) == .refused)
            now += .milliseconds(pause)
            #expect(breaker.permit(at: now) == .probe)
            breaker.record(success: false, probe: true, at: now)
        }
    }

    @Test func ignoresWhatCallsFromBeforeItOpenedSay() {
        var breaker = breaker(afterFailures: 5)
        breaker.record(success: true, probe: false, at: start)
        #expect(breaker.permit(at: start) == .refused)
        #expect(breaker.permit(at: start + .seconds(1)) == .probe)
        breaker.record(success: true, probe: false, at: start + .seconds(1))
        #expect(breaker.permit(at: start + .seconds(1)) == .refused, "only the probe decides")
    }

    @Test func takesAProbeBackThatItsCallerGaveUp() {
        var breaker = breaker(afterFailures: 5)
        #expect(breaker.permit(at: start + .seconds(1)) == .probe)
        breaker.abandon(probe: true, at: start + .seconds(1))
        #expect(breaker.permit(at: start + .seconds(1)) == .probe)
    }
}
