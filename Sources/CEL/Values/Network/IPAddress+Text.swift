/// The texts of addresses: dotted decimal without leading zeros, and RFC 4291 §2.2 without zones.
extension IPAddress {
    /// Reads an address of either family.
    public init(parsing text: String) throws(EvaluationError) {
        guard !text.utf8.contains(UInt8(ascii: "%")) else {
            throw EvaluationError(.invalidArgument, "\(Value.excerpt(text)) has a zone, which is not allowed")
        }
        guard let address = IPAddress(strict: text) else {
            throw EvaluationError(.invalidArgument, "\(Value.excerpt(text)) is no IP address")
        }
        self = address
    }

    init?(strict text: String) {
        // The longest, eight groups of four digits of which two are dotted, has 45 bytes.
        guard text.utf8.count <= 45 else { return nil }
        if text.utf8.contains(UInt8(ascii: ":")) {
            self.init(v6: text)
        } else {
            var reader = ASCIIReader(text)
            guard let bits = Self.dotted(&reader), reader.isAtEnd else { return nil }
            self.init(v4: bits)
        }
    }

    private static func dotted(_ reader: inout ASCIIReader) -> UInt32? {
        var bits: UInt32 = 0
        for field in 0..<4 {
            if field > 0, !reader.skip(".") { return nil }
            let hasLeadingZero = reader.next == UInt8(ascii: "0")
            guard let number = reader.number(digits: hasLeadingZero ? 1...1 : 1...3), number <= 255 else { return nil }
            bits = bits << 8 | UInt32(truncatingIfNeeded: number)
        }
        return bits
    }

    private init?(v6 text: String) {
        var reader = ASCIIReader(text)
        var groups: [UInt16] = []
        /// How many groups stand before `::`.
        var gap: Int?
        if reader.skip("::") { gap = 0 }
        while !reader.isAtEnd {
            guard groups.count < 8 else { return nil }
            var rest = reader
            if groups.count <= 6, let bits = Self.dotted(&rest) {
                guard rest.isAtEnd else { return nil }
                groups += [UInt16(truncatingIfNeeded: bits >> 16), UInt16(truncatingIfNeeded: bits)]
                break
            }
            guard let group = Self.group(&reader) else { return nil }
            groups.append(group)
            if reader.isAtEnd { break }
            if reader.skip("::") {
                guard gap == nil else { return nil }
                gap = groups.count
            } else {
                guard reader.skip(":"), !reader.isAtEnd else { return nil }
            }
        }
        if let gap {
            guard groups.count < 8 else { return nil }
            groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
        }
        guard groups.count == 8 else { return nil }
        let high = groups[..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        let low = groups[4...].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        self.init(high: high, low: low)
    }

    /// One to four hexadecimal digits.
    private static func group(_ reader: inout ASCIIReader) -> UInt16? {
        var group: UInt16 = 0
        var count = 0
        while let byte = reader.next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue {
            count += 1
            if count > 4 { return nil }
            group = group << 4 | UInt16(truncatingIfNeeded: digit)
            reader.advance()
        }
        return count > 0 ? group : nil
    }

    /// The canonical text (RFC 5952): lower case, the first longest run of two or more zero groups as `::`, mapped
    /// addresses with a dotted tail.
    public var text: String {
        let dotted = v4Bits.map { bits in
            [bits >> 24, bits >> 16 & 0xFF, bits >> 8 & 0xFF, bits & 0xFF].map { String($0) }.joined(separator: ".")
        }
        if let dotted { return family == .v4 ? dotted : "::ffff:" + dotted }
        let groups = [high, low].flatMap { half in [48, 32, 16, 0].map { UInt16(truncatingIfNeeded: half >> $0) } }
        func joined(_ groups: ArraySlice<UInt16>) -> String {
            groups.map { String($0, radix: 16) }.joined(separator: ":")
        }
        guard let zeros = Self.longestZeros(groups) else { return joined(groups[...]) }
        return "\(joined(groups[..<zeros.lowerBound]))::\(joined(groups[zeros.upperBound...]))"
    }

    private static func longestZeros(_ groups: [UInt16]) -> Range<Int>? {
        var best: Range<Int>?
        var start = 0
        while start < groups.count {
            var end = start
            while end < groups.count, groups[end] == 0 { end += 1 }
            if end - start >= 2, end - start > best?.count ?? 0 { best = start..<end }
            start = max(end, start + 1)
        }
        return best
    }
}

extension IPNetwork {
    /// Reads an address, `/` and the prefix length in decimal without leading zeros.
    public init(parsing text: String) throws(EvaluationError) {
        guard !text.utf8.contains(UInt8(ascii: "%")) else {
            throw EvaluationError(.invalidArgument, "\(Value.excerpt(text)) has a zone, which is not allowed")
        }
        guard let network = IPNetwork(strict: text) else {
            throw EvaluationError(
                .invalidArgument, "\(Value.excerpt(text)) is no network address such as `10.0.0.0/8`")
        }
        self = network
    }

    /// A mapped address is refused: whether its prefix counts 32 or 128 bits would be a guess.
    init?(strict text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(strict: String(parts[0])), !address.isMapped else { return nil }
        var reader = ASCIIReader(String(parts[1]))
        let hasLeadingZero = reader.next == UInt8(ascii: "0")
        guard let length = reader.number(digits: hasLeadingZero ? 1...1 : 1...3), reader.isAtEnd else { return nil }
        self.init(address, prefixLength: Int(length))
    }

    /// The address, `/` and the prefix length.
    public var text: String { "\(address.text)/\(prefixLength)" }
}
