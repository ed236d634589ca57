import HRDomain
import Testing

@Suite("CSV reader") struct CSVReaderTests {
    /// Reads a text in chunks of a size and writes what came as one line an item.
    private func transcript(_ bytes: [UInt8], chunk: Int, limits: CSVLimits = .standard) throws -> [String] {
        var reader = CSVReader(limits: limits)
        var items: [CSVItem] = []
        var start = 0
        while start < bytes.count {
            let end = min(start + chunk, bytes.count)
            items += try reader.read(bytes[start..<end])
            start = end
        }
        items += try reader.finish()
        return items.map { item in
            switch item {
            case .record(let record): "\(record.line)|" + record.fields.map(\.text).joined(separator: "|")
            case .rejected(let error): "!\(error.position) \(error.reason)"
            }
        }
    }

    @Test(
        "RFC 4180 is read whatever the chunks",
        arguments: [
            ("a,b\r\n1,2\r\n", ["1|a|b", "2|1|2"]),
            ("a,b\n1,2", ["1|a|b", "2|1|2"]),
            ("\u{FEFF}a,b\n1,2\n", ["1|a|b", "2|1|2"]),
            ("\u{FEFF}\"a\",b", ["1|a|b"]),
            ("\"x,y\",\"he said \"\"no\"\"\"\n", ["1|x,y|he said \"no\""]),
            ("\"two\r\nlines\",z\r\nnext,1\r\n", ["1|two\r\nlines|z", "3|next|1"]),
            (",\n,,\n", ["1||", "2|||"]),
            ("\"\",\"\"\n", ["1||"]),
            ("a,\n", ["1|a|"]),
            ("a,", ["1|a|"]),
            ("a\n\n\r\nb\n", ["1|a", "4|b"]),
            ("", []),
            ("é,\"ü\"\n", ["1|é|ü"]),
        ])
    func reads(text: String, expected: [String]) throws {
        for chunk in [1, 2, 3, 7, 4096] { #expect(try transcript(Array(text.utf8), chunk: chunk) == expected) }
    }

    @Test(
        "a fault is named by line and column, and reading goes on behind it",
        arguments: [
            ("a,b\nx,y\"z\nc,d\n", ["1|a|b", "!2:4 quoteInPlainField", "3|c|d"]),
            ("a,b\n\"x\"y,z\nc,d\n", ["1|a|b", "!2:4 textAfterQuote", "3|c|d"]),
            ("ä,ö,\"x\"y\nc\n", ["!1:8 textAfterQuote", "2|c"]),
            ("a\rb\nc\n", ["!1:3 bareCarriageReturn", "2|c"]),
            ("a\n\"b\nc\n", ["1|a", "!2:1 quoteNeverCloses"]),
            ("a,\"b", ["!1:3 quoteNeverCloses"]),
            ("a\u{0}b,c\nd\n", ["!1:2 nul", "2|d"]),
            ("\"a\u{0}\nb\",c\nd\n", ["!1:3 nul", "3|d"]),
            ("a\r", ["!1:3 bareCarriageReturn"]),
        ])
    func locates(text: String, expected: [String]) throws {
        for chunk in [1, 5, 4096] { #expect(try transcript(Array(text.utf8), chunk: chunk) == expected) }
    }

    @Test("bytes that are not UTF-8 reject their record only")
    func refusesBadUTF8() throws {
        let bytes = Array("a,".utf8) + [0xC3, 0x28] + Array("\nb,c\n".utf8)
        #expect(try transcript(bytes, chunk: 1) == ["!1:3 notUTF8", "2|b|c"])
        #expect(try transcript([0xEF, 0xBB], chunk: 1) == ["!1:1 notUTF8"])
    }

    @Test("every bound holds and is named")
    func bounds() throws {
        let tight = CSVLimits(bytes: 40, records: 3, fields: 3, fieldBytes: 5)
        #expect(
            try transcript(Array("123456,a\nb\n".utf8), chunk: 1, limits: tight) == [
                "!1:6 fieldTooLong(limit: 5)", "2|b",
            ])
        #expect(
            try transcript(Array("\"1234567\",a\nb\n".utf8), chunk: 1, limits: tight) == [
                "!1:7 fieldTooLong(limit: 5)", "2|b",
            ])
        #expect(
            try transcript(Array("a,b,c,d\nb\n".utf8), chunk: 1, limits: tight) == [
                "!1:6 tooManyFields(limit: 3)", "2|b",
            ])
        #expect(try transcript(Array("a,b,c\n".utf8), chunk: 1, limits: tight) == ["1|a|b|c"])
        #expect(throws: CSVError(CSVPosition(line: 4, column: 1), .tooManyRecords(limit: 3))) {
            try transcript(Array("a\nb\nc\nd\n".utf8), chunk: 1, limits: tight)
        }
        #expect(throws: CSVError.self) { try transcript([UInt8](repeating: 97, count: 41), chunk: 8, limits: tight) }
    }

    @Test("any bytes at all are read without a trap, and no line is lost silently")
    func survivesNoise() throws {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("ab,\"\r\n\u{0}é".utf8) + [0xFF]
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            let whole = try transcript(bytes, chunk: 4096)
            #expect(try transcript(bytes, chunk: 1) == whole)
        }
    }
}
