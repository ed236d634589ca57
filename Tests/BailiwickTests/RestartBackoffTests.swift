import Testing

@testable import Bailiwick

@Suite("Restarting with back-off")
struct RestartBackoffTests {
    @Test("the first time at once, then twice as long each time, never beyond the limit")
    func doubles() {
        var backoff = RestartBackoff()
        let delays = (0..<8).map { _ in backoff.delay(afterUptime: .milliseconds(10)) }
        #expect(delays.prefix(4) == [.zero, .milliseconds(200), .milliseconds(400), .milliseconds(800)])
        #expect(delays.last == RestartBackoff.longest)
    }

    @Test("a process that was healthy for a while starts from the beginning")
    func forgives() {
        var backoff = RestartBackoff()
        for _ in 0..<5 { _ = backoff.delay(afterUptime: .zero) }
        #expect(backoff.delay(afterUptime: RestartBackoff.healthyAfter) == .zero)
        #expect(backoff.delay(afterUptime: .zero) == RestartBackoff.first)
    }
}
