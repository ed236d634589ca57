import Testing

@testable import CEL

@Suite("Values")
struct ValueTests {
    @Test("stay small")
    func size() { #expect(MemoryLayout<Value>.size <= 17) }

    @Test("are equal across numbers, never across other types")
    func equality() throws {
        let equal: [(Value, Value)] = [
            (.int(1), .uint(1)), (.uint(1), .double(1)), (.double(-1), .int(-1)),
            (.list([.int(1)]), .list([.double(1)])),
            (.double(0), .double(-0.0)), (.null, .null), (.bytes([1]), .bytes([1])),
        ]
        let unequal: [(Value, Value)] = [
            (.int(-1), .uint(.max)), (.double(.nan), .double(.nan)), (.int(1), .bool(true)), (.string("1"), .int(1)),
            (.string("e\u{301}"), .string("\u{E9}")), (.null, .bool(false)), (.list([]), .map(MapValue())),
        ]
        var budget = Budget(steps: 1000)
        for (a, b) in equal { #expect(try Value.equals(a, b, &budget), "\(a) \(b)") }
        for (a, b) in unequal { #expect(try !Value.equals(a, b, &budget), "\(a) \(b)") }
    }

    @Test("have an order where the language gives one")
    func order() throws {
        let ascending: [(Value, Value)] = [
            (.int(-1), .uint(0)), (.uint(.max), .double(1e20)), (.bool(false), .bool(true)),
            (.string("Z"), .string("a")),
            (.string("\u{FFFF}"), .string("\u{10000}")), (.string("a"), .string("ab")), (.bytes([]), .bytes([0])),
            (.bytes([1, 255]), .bytes([2])),
            (.duration(TimeSpan(nanoseconds: -1)), .duration(TimeSpan(nanoseconds: 0))),
        ]
        for (a, b) in ascending {
            #expect(try Value.compare(a, b).map { $0 < 0 } == true)
            #expect(try Value.compare(b, a).map { $0 > 0 } == true)
        }
        #expect(try Value.compare(.double(.nan), .int(1)) == nil)
        #expect(throws: EvaluationError.self) { try Value.compare(.null, .null) }
        #expect(throws: EvaluationError.self) { try Value.compare(.string("1"), .int(1)) }
    }

    @Test("compute without trapping")
    func arithmetic() throws {
        let edges: [Value] = [
            .int(.min), .int(.max), .int(0), .int(-1), .uint(.max), .uint(0), .double(.nan), .double(-.infinity),
            .string("a"),
            .bytes([1]), .list([.null]), .map(MapValue()), .null,
            .timestamp(try Timestamp(seconds: Timestamp.secondsRange.lowerBound)),
            .timestamp(try Timestamp(seconds: Timestamp.secondsRange.upperBound)),
            .duration(TimeSpan(nanoseconds: .min)),
            .duration(TimeSpan(nanoseconds: .max)), .optional(.none), .type(.int),
        ]
        var budget = Budget(steps: 100_000)
        for a in edges {
            _ = try? Value.negate(a)
            for b in edges {
                _ = try? Value.add(a, b, &budget)
                _ = try? Value.subtract(a, b)
                _ = try? Value.multiply(a, b)
                _ = try? Value.divide(a, b)
                _ = try? Value.modulo(a, b)
                _ = try? Value.compare(a, b)
                _ = try? Value.equals(a, b, &budget)
            }
        }
        #expect(throws: EvaluationError.self) { try Value.divide(.int(.min), .int(-1)) }
        #expect(throws: EvaluationError.self) { try Value.modulo(.int(.min), .int(-1)) }
        #expect(throws: EvaluationError.self) { try Value.negate(.int(.min)) }
    }

    @Test("have a depth that equality does not follow for ever")
    func depth() {
        var deep = Value.list([])
        for _ in 0..<5000 { deep = .list([deep]) }
        var budget = Budget(steps: 1_000_000)
        #expect(throws: EvaluationError.self) { try Value.equals(deep, deep, &budget) }
        #expect(throws: EvaluationError.self) { try FormatText.text(of: deep, &budget) }
    }

    @Test("spend a budget that never wraps around")
    func budget() {
        var budget = Budget(steps: 10)
        for _ in 0..<3 { #expect(throws: EvaluationError.self) { try budget.spend(.max) } }
        #expect(throws: EvaluationError.self) { try budget.spend(0) }
    }
}
