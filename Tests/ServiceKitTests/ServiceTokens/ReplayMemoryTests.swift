import Testing

@testable import ServiceKit

@Suite struct ReplayMemoryTests {
    @Test func remembersUntilTheTokenIsOver() {
        var memory = ReplayMemory(capacity: 10)
        #expect(memory.remember(1, until: 100, now: 90) == .fresh)
        #expect(memory.remember(1, until: 100, now: 95) == .replayed)
        #expect(memory.remember(1, until: 100, now: 100) == .replayed)
        #expect(memory.remember(1, until: 130, now: 101) == .fresh)
    }

    @Test func saysWhenThereIsNoRoomAndMakesRoomAgain() {
        var memory = ReplayMemory(capacity: 2)
        #expect(memory.remember(1, until: 100, now: 90) == .fresh)
        #expect(memory.remember(2, until: 110, now: 90) == .fresh)
        #expect(memory.remember(3, until: 110, now: 90) == .full)
        #expect(memory.remember(1, until: 100, now: 90) == .replayed, "a full memory still knows what it knows")
        #expect(memory.remember(3, until: 110, now: 101) == .fresh)
        #expect(memory.count == 2)
    }

    @Test func doesNotForgetWhenTheClockGoesBack() {
        var memory = ReplayMemory(capacity: 10)
        #expect(memory.remember(1, until: 100, now: 90) == .fresh)
        #expect(memory.remember(2, until: 100, now: 50) == .fresh)
        #expect(memory.remember(1, until: 100, now: 50) == .replayed)
    }
}
