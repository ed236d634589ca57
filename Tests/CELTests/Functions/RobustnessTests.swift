import Testing

@testable import CEL

@Suite("Every function")
struct RobustnessTests {
    private static let all = FunctionLibrary.standard + FunctionLibrary.extensions

    private static func edges() throws -> [Value] {
        var map = MapValue()
        try map.insert(.string("a"), .list([.null]))
        return [
            .null, .bool(true), .int(.min), .int(.max), .int(-1), .int(0), .int(1), .int(64), .uint(0), .uint(.max),
            .double(.nan), .double(-.infinity), .double(.greatestFiniteMagnitude), .double(.leastNonzeroMagnitude),
            .double(-0.5),
            .string(""), .string("aé😀\u{0}%"), .string("%.3f%s"), .string("+14:00"), .string("Europe/Berlin"),
            .string("::ffff:1.2.3.4/128"), .bytes([]), .bytes([0xFF, 0x41]), .list([]), .list([.int(1), .string("a")]),
            .list([.string("a"), .string("b")]), .list([.list([.double(.nan)])]), .map(MapValue()), .map(map),
            .type(.int),
            .timestamp(try Timestamp(seconds: Timestamp.secondsRange.lowerBound)),
            .timestamp(try Timestamp(seconds: Timestamp.secondsRange.upperBound, nanos: 999_999_999)),
            .duration(TimeSpan(nanoseconds: .min)), .duration(TimeSpan(nanoseconds: .max)), .optional(.none),
            .optional(.some(.int(1))), .ip(try IPAddress(parsing: "::1")), .cidr(try IPNetwork(parsing: "10.1.2.3/31")),
        ]
    }

    @Test("answers any arguments with a value or an error", arguments: all.map(\.name))
    func anything(_ name: String) throws {
        let function = try #require(Self.all.first { $0.name == name })
        let edges = try Self.edges()
        func call(_ arguments: [Value]) {
            var budget = Budget(steps: 10_000)
            _ = try? function.implementation(arguments, &budget)
        }
        call([])
        for a in edges {
            call([a])
            for b in edges {
                call([a, b])
                for c in edges.indices where c % 9 == 0 { call([a, b, edges[c]]) }
            }
            call([a, .string("a"), .string("b"), .int(.max)])
            call([a, a, a, a, a])
        }
    }

    @Test("is declared once and with overloads")
    func names() {
        #expect(Set(Self.all.map(\.name)).count == Self.all.count)
        for function in Self.all {
            #expect(!function.overloads.isEmpty && Set(function.overloads).count == function.overloads.count)
        }
    }

    @Test("stops at the end of its budget")
    func budget() {
        let long = Value.string(String(repeating: "ab", count: 50_000))
        let list = Value.list((0..<20_000).map { .int($0) })
        let calls: [(String, [Value])] = [
            ("_+_", [long, long]), ("size", [long]), ("contains", [long, long]), ("split", [long, .string("a")]),
            ("replace", [long, .string(""), .string("c")]), ("indexOf", [long, .string("b")]), ("reverse", [long]),
            ("lastIndexOf", [long, .string("a")]), ("lowerAscii", [long]), ("strings.quote", [long]), ("bytes", [long]),
            ("format", [.string("%s"), .list([list])]), ("sort", [list]), ("distinct", [list]), ("_+_", [list, list]),
            ("sets.contains", [list, list]), ("flatten", [list]), ("slice", [list, .int(0), .int(20_000)]),
            ("matches", [long, .string("c")]), ("base64.encode", [.bytes(Array(repeating: 0, count: 100_000))]),
            ("_==_", [list, list]), ("_in_", [.int(-1), list]), ("math.greatest", [list]),
        ]
        for (name, arguments) in calls {
            var budget = Budget(steps: 1000)
            let function = Self.all.first { $0.name == name }
            #expect(throws: EvaluationError.self, "\(name)") { try function?.implementation(arguments, &budget) }
            #expect(budget.remaining < 0, "\(name)")
        }
    }
}
