import Testing

@testable import CEL

@Suite("Maps")
struct MapValueTests {
    @Test("find keys across numbers", arguments: [3, 40])
    func lookup(_ count: Int64) throws {
        var map = MapValue()
        for number in 0..<count { try map.insert(number % 2 == 0 ? .int(number) : .uint(UInt64(number)), .int(number)) }
        try map.insert(.string("é"), .null)
        try map.insert(.bool(true), .null)
        try map.insert(.uint(.max), .null)
        for number in 0..<count {
            #expect(
                map.contains(.int(number)) && map.contains(.uint(UInt64(number)))
                    && map.contains(.double(Double(number))))
        }
        #expect(map["é"] != nil && map["e\u{301}"] == nil)
        #expect(map.contains(.uint(.max)) && !map.contains(.int(-1)) && !map.contains(.double(0.5)))
        #expect(!map.contains(.double(.nan)) && !map.contains(.null) && !map.contains(.bool(false)))
        #expect(map.entries.count == Int(count) + 3 && map.count == map.entries.count)
        #expect(throws: EvaluationError.self) { try map.insert(.uint(0), .null) }
        #expect(throws: EvaluationError.self) { try map.insert(.string("é"), .null) }
    }

    @Test("refuse keys of other types")
    func keys() {
        for key in [Value.null, .double(1), .list([]), .bytes([])] {
            var map = MapValue()
            #expect(throws: EvaluationError.self) { try map.insert(key, .null) }
        }
    }
}
