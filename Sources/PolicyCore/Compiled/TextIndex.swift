import WireFormat

/// A fixed map from texts to values, for the few look-ups of every decision: by bytes, without the seeding and mixing
/// that a `Dictionary` needs against keys that somebody chooses. The keys are a bundle's own; a look-up of any text
/// takes at most as many steps as the fullest chain, which is known when it is built.
struct TextIndex<Value: Sendable>: Sendable {
    private struct Entry: Sendable {
        let hash: UInt64
        let key: String
        let value: Value
    }

    private var entries: [Entry] = []
    /// Places in `entries`, -1 where free; a power of two, at most half full.
    private var slots: [Int32]
    private let mask: UInt64

    init(_ pairs: some Collection<(key: String, value: Value)>) {
        var size = 8
        while size < pairs.count * 2 { size *= 2 }
        slots = Array(repeating: -1, count: size)
        mask = UInt64(size - 1)
        entries.reserveCapacity(pairs.count)
        for (key, value) in pairs {
            let hash = Self.hash(key)
            var slot = hash & mask
            while slots[Int(slot)] >= 0 { slot = (slot + 1) & mask }
            slots[Int(slot)] = Int32(entries.count)
            entries.append(Entry(hash: hash, key: key, value: value))
        }
    }

    var count: Int { entries.count }
    var keys: [String] { entries.map(\.key) }

    subscript(_ key: String) -> Value? {
        let hash = Self.hash(key)
        var slot = hash & mask
        while true {
            let place = slots[Int(slot)]
            if place < 0 { return nil }
            if entries[Int(place)].hash == hash, sameBytes(entries[Int(place)].key, key) {
                return entries[Int(place)].value
            }
            slot = (slot + 1) & mask
        }
    }

    /// Whether the name of a member is a key.
    func contains(_ name: JSONName) -> Bool {
        name.withBytes { bytes in
            let hash = Self.hash(bytes)
            var slot = hash & mask
            while slots[Int(slot)] >= 0 {
                let place = Int(slots[Int(slot)])
                if entries[place].hash == hash, entries[place].key.utf8.elementsEqual(bytes) { return true }
                slot = (slot + 1) & mask
            }
            return false
        }
    }

    private static func hash(_ text: String) -> UInt64 {
        var text = text
        return text.withUTF8 { hash($0) }
    }

    /// Eight bytes at a time, multiplied and folded (the mixing of wyhash).
    @inline(__always)
    private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        let raw = UnsafeRawBufferPointer(bytes)
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(raw.count)
        var offset = 0
        while offset + 8 <= raw.count {
            state = mixed(state ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < raw.count {
            rest = rest << 8 | UInt64(raw[offset])
            offset += 1
        }
        return mixed(state ^ rest)
    }

    private static func mixed(_ word: UInt64) -> UInt64 {
        let (high, low) = word.multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        return high ^ low
    }
}

extension TextIndex: Sequence {
    /// The pairs in the order in which they were given.
    func makeIterator() -> AnyIterator<(key: String, value: Value)> {
        var place = entries.makeIterator()
        return AnyIterator { place.next().map { ($0.key, $0.value) } }
    }
}
