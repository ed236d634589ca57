import WireFormat

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// CEL strings are sequences of code points, compared as such: Swift's own `==` and `<` go by canonical equivalence,
/// which would make `é` equal to `e` with an accent after it. The order of UTF-8 bytes is that of code points.
extension String {
    /// Whether both texts are the same code points.
    @inline(__always)
    func hasSameCodePoints(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        return withContiguousUTF8 { a in other.withContiguousUTF8 { b in a.hasSameBytes(as: b) } }
    }

    /// Negative, zero or positive as the text's code points stand before, with or after the other's.
    func compareCodePoints(to other: String) -> Int {
        withContiguousUTF8 { a in other.withContiguousUTF8 { b in Self.compareBytes(a, b) } }
    }

    /// How many code points there are.
    var codePointCount: Int {
        withContiguousUTF8 { bytes in
            var count = 0
            for byte in bytes where byte & 0xC0 != 0x80 { count &+= 1 }
            return count
        }
    }

    static func compareBytes(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Int {
        let shared = Swift.min(a.count, b.count)
        if shared > 0, let left = a.baseAddress, let right = b.baseAddress {
            let order = memcmp(left, right, shared)
            if order != 0 { return Int(order) }
        }
        return a.count - b.count
    }
}
