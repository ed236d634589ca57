import RE2Shim
import WireFormat

/// Searching by code points. UTF-8 is self-synchronising, so that searching bytes is the same.
extension String {
    /// Whether the other text occurs in this one.
    func contains(codePointsOf other: String) -> Bool {
        withContiguousUTF8 { bytes in other.withContiguousUTF8 { Self.firstIndex(of: $0, in: bytes, from: 0) != nil } }
    }

    /// Whether this text begins with the other.
    func starts(withCodePointsOf other: String) -> Bool {
        let count = other.utf8.count
        guard count <= utf8.count else { return false }
        return withContiguousUTF8 { bytes in
            other.withContiguousUTF8 { Self.compareBytes(UnsafeBufferPointer(rebasing: bytes[..<count]), $0) == 0 }
        }
    }

    /// Whether this text ends with the other.
    func ends(withCodePointsOf other: String) -> Bool {
        let count = other.utf8.count
        guard count <= utf8.count else { return false }
        return withContiguousUTF8 { bytes in
            other.withContiguousUTF8 {
                Self.compareBytes(UnsafeBufferPointer(rebasing: bytes[(bytes.count - count)...]), $0) == 0
            }
        }
    }

    /// The offset of the first occurrence at or after `start`; the empty needle is found at once. Linear in both.
    static func firstIndex(
        of needle: UnsafeBufferPointer<UInt8>, in bytes: UnsafeBufferPointer<UInt8>, from start: Int
    ) -> Int? {
        guard start >= 0, start <= bytes.count, needle.count <= bytes.count - start else { return nil }
        guard let first = needle.baseAddress, needle.count > 0, let base = bytes.baseAddress else { return start }
        let found = bytesearch_first(base + start, bytes.count - start, first, needle.count)
        return found < 0 ? nil : start + found
    }
}
