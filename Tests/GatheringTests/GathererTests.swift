import Gathering
import Synchronization
import Testing

@Suite("gathering")
struct GathererTests {
    /// Work that is held until the test lets it go, and that tells which groups it got.
    private final class Held: Sendable {
        private struct State {
            var groups: [[Int]] = []
            var open = false
            var held: [CheckedContinuation<Void, Never>] = []
        }

        private let state = Mutex(State())

        var groups: [[Int]] { state.withLock { $0.groups } }

        func run(_ items: [Int]) async -> [String] {
            await withCheckedContinuation { continuation in
                let isOpen = state.withLock { state in
                    state.groups.append(items)
                    if !state.open { state.held.append(continuation) }
                    return state.open
                }
                if isOpen { continuation.resume() }
            }
            return items.map { "did \($0)" }
        }

        func release() {
            let held = state.withLock { state in
                state.open = true
                defer { state.held = [] }
                return state.held
            }
            for continuation in held { continuation.resume() }
        }
    }

    private static func until(_ condition: () -> Bool) async { while !condition() { await Task.yield() } }

    @Test("a lone item is done at once; what comes meanwhile is done together, and each gets its own outcome")
    func gathers() async {
        let held = Held()
        let gatherer = Gatherer<String, Int, String>(
            limits: .init(groupsAtOnce: 1, itemsInGroup: 3, waiting: 10)
        ) { _, items in await held.run(items) }
        await withTaskGroup(of: (Int, String?).self) { tasks in
            tasks.addTask { (0, await gatherer.submit(0, for: "a")) }
            await Self.until { held.groups == [[0]] }
            for number in 1...4 { tasks.addTask { (number, await gatherer.submit(number, for: "a")) } }
            await Self.until { gatherer.waiting == 4 }
            held.release()
            for await (number, outcome) in tasks { #expect(outcome == "did \(number)") }
        }
        #expect(held.groups.map(\.count) == [1, 3, 1])
        #expect(held.groups.flatMap(\.self).sorted() == [0, 1, 2, 3, 4])
        #expect(gatherer.waiting == 0)
    }

    @Test("another key does not wait for the first, and no group has items of two keys")
    func keysAreApart() async {
        let held = Held()
        let gatherer = Gatherer<String, Int, String>(
            limits: .init(groupsAtOnce: 1, itemsInGroup: 8, waiting: 10)
        ) { key, items in key == "held" ? await held.run(items) : items.map { "\(key) \($0)" } }
        await withTaskGroup(of: String?.self) { tasks in
            tasks.addTask { await gatherer.submit(1, for: "held") }
            await Self.until { held.groups == [[1]] }
            #expect(await gatherer.submit(2, for: "free") == "free 2")
            held.release()
            for await outcome in tasks { #expect(outcome == "did 1") }
        }
    }

    @Test("so many groups of a key are under way at once, and no more")
    func groupsAtOnce() async {
        let held = Held()
        let gatherer = Gatherer<Int, Int, String>(
            limits: .init(groupsAtOnce: 2, itemsInGroup: 8, waiting: 10)
        ) { _, items in await held.run(items) }
        await withTaskGroup(of: String?.self) { tasks in
            tasks.addTask { await gatherer.submit(1, for: 0) }
            await Self.until { held.groups.count == 1 }
            tasks.addTask { await gatherer.submit(2, for: 0) }
            await Self.until { held.groups.count == 2 }
            tasks.addTask { await gatherer.submit(3, for: 0) }
            await Self.until { gatherer.waiting == 1 }
            #expect(held.groups == [[1], [2]])
            held.release()
            for await outcome in tasks { #expect(outcome?.hasPrefix("did") == true) }
        }
    }

    @Test("one more than may wait is refused, and nothing is done for it")
    func bounded() async {
        let held = Held()
        let gatherer = Gatherer<Int, Int, String>(
            limits: .init(groupsAtOnce: 1, itemsInGroup: 8, waiting: 2)
        ) { _, items in await held.run(items) }
        await withTaskGroup(of: String?.self) { tasks in
            tasks.addTask { await gatherer.submit(1, for: 0) }
            await Self.until { held.groups.count == 1 }
            for number in 2...3 { tasks.addTask { await gatherer.submit(number, for: 0) } }
            await Self.until { gatherer.waiting == 2 }
            #expect(await gatherer.submit(4, for: 1) == nil)
            held.release()
            for await outcome in tasks { #expect(outcome != nil) }
        }
        #expect(held.groups.flatMap(\.self).sorted() == [1, 2, 3])
    }
}
