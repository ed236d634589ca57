import WireFormat

/// Hashes of a bundle's own texts, for look-ups by bytes: without the seeding that is needed against keys that somebody
/// chooses.
enum TextHash {
    /// All of the bytes, eight at a time, multiplied and folded (the mixing of wyhash).
    @inline(__always)
    static func of(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        let count = bytes.count
        guard count > 16 else { return UInt64(truncatingIfNeeded: TextKey(bytes).hash) }
        let raw = UnsafeRawBufferPointer(bytes)
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: count)
        var offset = 0
        while offset &+ 8 < count {
            state = mixed(state ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset &+= 8
        }
        // The last eight may overlap those before.
        return mixed(state ^ raw.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self))
    }

    @inline(__always)
    private static func mixed(_ word: UInt64) -> UInt64 {
        let (high, low) = word.multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        return high ^ low
    }
}
