extension SQLCell {
    /// `numeric` in plain decimal notation with its full scale, exact.
    ///
    /// The binary form: number of base-10000 digits, weight of the first, sign, display scale, then the digits, all
    /// `int2`. Source: `numeric_send` in `numeric.c`.
    func numeric() throws(RowError) -> String {
        guard bytes.count >= 8 else { throw mismatch("a decimal number") }
        let count = Int(load(Int16.self))
        let weight = Int(load(Int16.self, at: 2))
        let sign = load(UInt16.self, at: 4)
        let scale = Int(load(Int16.self, at: 6))
        guard bytes.count == 8 + 2 * count else { throw mismatch("a decimal number") }
        guard sign == 0 || sign == 0x4000 else { throw invalid("not a finite number") }

        func group(_ index: Int) -> Int {
            index >= 0 && index < count ? Int(load(Int16.self, at: 8 + 2 * index)) : 0
        }
        var text = sign == 0x4000 ? "-" : ""
        if weight < 0 {
            text += "0"
        } else {
            text += String(group(0))
            for index in stride(from: 1, through: weight, by: 1) { text += Self.fourDigits(group(index)) }
        }
        guard scale > 0 else { return text }
        var fraction = ""
        var index = weight + 1
        while fraction.utf8.count < scale {
            fraction += Self.fourDigits(group(index))
            index += 1
        }
        return text + "." + fraction.prefix(scale)
    }

    private static func fourDigits(_ value: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }
}
