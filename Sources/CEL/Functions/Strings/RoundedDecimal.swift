#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Doubles with a fixed count of digits. The C library rounds the exact binary value half to even, and writes a point
/// in the "C" locale, which this program never leaves.
enum RoundedDecimal {
    /// `-12.340000`.
    static func fixed(_ number: Double, digits: Int64) -> String { write("%.*f", number, digits) }

    /// `-1.234000e+01`.
    static func scientific(_ number: Double, digits: Int64) -> String { write("%.*e", number, digits) }

    private static func write(_ format: String, _ number: Double, _ digits: Int64) -> String {
        guard number.isFinite else { return DecimalText(number).plain }
        // Digits before the point of the largest double, sign, point, exponent and the final NUL.
        let capacity = 330 + Int(digits)
        return String(unsafeUninitializedCapacity: capacity) { buffer in
            buffer.withMemoryRebound(to: CChar.self) { buffer in
                let count = withVaList([Int32(digits), number]) { vsnprintf(buffer.baseAddress, capacity, format, $0) }
                return max(0, min(Int(count), capacity - 1))
            }
        }
    }
}
