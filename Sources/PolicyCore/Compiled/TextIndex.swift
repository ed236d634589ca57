import WireFormat

/// A fixed map from texts to values, for the few look-ups of every decision: by bytes, without the seeding and mixing
/// that a `Dictionary` needs against keys that somebody chooses. The keys are a bundle's own; a look-up of any text
/// takes at most as many steps as the fullest chain, which is known when it is built.
struct TextIndex<Value: Sendable>: Sendable {
    private struct Entry: Sendable {
        let hash: UInt64
        /// Tells short texts apart without following `text`.
        let key: TextKey
        let text: String
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
        for (text, value) in pairs {
            let hash = text.withContiguousUTF8 { TextHash.of($0) }
            var slot = hash & mask
            while slots[Int(slot)] >= 0 { slot = (slot + 1) & mask }
            slots[Int(slot)] = Int32(entries.count)
            entries.append(Entry(hash: hash, key: TextKey(text), text: text, value: value))
        }
    }

    var count: Int { entries.count }
    var keys: [String] { entries.map(\.text) }

    subscript(_ text: String) -> Value? {
        let found = text.withContiguousUTF8 { place(of: $0) }
        return found < 0 ? nil : entries[found].value
    }

    /// Whether the name of a member is a key.
    func contains(_ name: JSONName) -> Bool { name.withBytes { place(of: $0) } >= 0 }

    /// The place of a text in `entries`; -1 where it is no key.
    @inline(__always)
    private func place(of text: UnsafeBufferPointer<UInt8>) -> Int {
        let hash = TextHash.of(text)
        let key = TextKey(text)
        var slot = hash & mask
        while true {
            let place = Int(slots[Int(slot)])
            if place < 0 { return -1 }
            if entries[place].hash == hash, entries[place].key.agrees(with: key) {
                if key.isWhole { return place }
                if entries[place].text.withContiguousUTF8({ $0.hasSameBytes(as: text) }) { return place }
            }
            slot = (slot &+ 1) & mask
        }
    }
}

extension TextIndex: Sequence {
    /// The pairs in the order in which they were given.
    func makeIterator() -> AnyIterator<(key: String, value: Value)> {
        var place = entries.makeIterator()
        return AnyIterator { place.next().map { ($0.text, $0.value) } }
    }
}
