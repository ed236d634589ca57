/// How numbers of different types compare (cel-spec, "Equality" and "Ordering"): as if on one number line. An integer
/// beside a double is rounded to a double first, which the conformance suite expects
/// (`9223372036854775807 >= 9223372036854775808.0` holds).
enum NumberOrder {
    /// Negative, zero or positive.
    @inline(__always)
    static func compare<Number: Comparable>(_ a: Number, _ b: Number) -> Int { a < b ? -1 : a == b ? 0 : 1 }

    @inline(__always)
    static func compare(_ a: Int64, _ b: UInt64) -> Int { a < 0 ? -1 : compare(UInt64(a), b) }

    /// Nil when either is NaN, which has no place in the order.
    @inline(__always)
    static func compare(_ a: Double, _ b: Double) -> Int? { a < b ? -1 : a == b ? 0 : a > b ? 1 : nil }
}
