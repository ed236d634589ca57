import WireFormat

/// The rules of a bundle in one block of words, which a check goes through from one end to the other. Following objects
/// instead, each rule of a thousand organisations a few cache misses away from the one before, took most of a decision's
/// time.
///
/// It holds regions (`TableRegion`), one for each action of the base and of each organisation's overlay, and the overlays
/// by organisation: a hash table whose lines are a hash and the place of a block, and blocks of the organisation's name,
/// its number, and the places of its regions, by number of the action.
///
/// INVARIANT: the words are never changed after `init`, and go with the table; so it may be sent anywhere.
final class DecisionTable: @unchecked Sendable {
    private let words: UnsafeMutablePointer<UInt64>
    private let slots: Int
    private let slotMask: UInt64
    /// The rules by number.
    let rules: [HeldRule]
    /// Their ids, so that telling one follows no object.
    let ids: [String]
    /// The revisions of the overlays by number.
    let revisions: [String]

    /// Where nothing is said of the action.
    static let nothing = 0
    /// Where only the rules themselves can tell.
    static let general = 1
    /// Words of a line of the cache, where regions and blocks begin.
    private static let line = 8
    /// The first word of regions and blocks; the places below have meanings of their own.
    private static let firstPlace = 2

    fileprivate init(
        _ content: [UInt64], slots: Int, slotMask: UInt64, rules: [HeldRule], revisions: [String]
    ) {
        words = UnsafeMutableRawPointer.allocate(
            byteCount: content.count * MemoryLayout<UInt64>.stride, alignment: Self.line * MemoryLayout<UInt64>.stride
        ).bindMemory(to: UInt64.self, capacity: content.count)
        words.initialize(from: content, count: content.count)
        self.slots = slots
        self.slotMask = slotMask
        self.rules = rules
        ids = rules.map(\.rule.id)
        self.revisions = revisions
    }

    deinit { words.deallocate() }

    /// The words from a place on.
    @inline(__always)
    func region(at place: Int) -> UnsafePointer<UInt64> { UnsafePointer(words + place) }

    /// Whether obligations go with a region's action.
    @inline(__always)
    func hasObligations(_ place: Int) -> Bool {
        place != Self.nothing && words[place + 1] & TableRegion.hasObligations != 0
    }

    /// An organisation's overlay: its number and where its block has the places of regions; nil where there is none.
    @inline(__always)
    func overlay(of tenant: String) -> (number: Int, places: UnsafePointer<UInt64>)? {
        tenant.withContiguousUTF8 { name in
            let hash = TextHash.of(name)
            var slot = hash & slotMask
            while true {
                let line = words + slots + 2 * Int(slot)
                if line[1] == 0 { return nil }
                if line[0] == hash {
                    let block = words + Int(line[1])
                    let count = Int(block[0] & 0xFFFF_FFFF)
                    let text = UnsafeRawPointer(block + 1).assumingMemoryBound(to: UInt8.self)
                    if UnsafeBufferPointer(start: text, count: count).hasSameBytes(as: name) {
                        return (Int(block[0] >> 32), UnsafePointer(block + 1 + (count + 7) / 8))
                    }
                }
                slot = (slot &+ 1) & slotMask
            }
        }
    }

    /// The place of the region of an action among those of an overlay.
    @inline(__always)
    static func place(_ action: Int, in places: UnsafePointer<UInt64>) -> Int {
        Int(places[action / 2] >> (action % 2 == 0 ? 0 : 32) & 0xFFFF_FFFF)
    }

    /// Puts a table together.
    struct Builder {
        private var words: [UInt64] = Array(repeating: 0, count: DecisionTable.firstPlace)
        private var rules: [HeldRule] = []
        private var revisions: [String] = []
        private var blocks: [(hash: UInt64, place: Int)] = []

        /// Adds a region and returns its place; without one, only the rules themselves can tell.
        mutating func add(_ region: TableRegion?) -> Int {
            guard let region, words.count + region.words.count < Int(UInt32.max) else { return DecisionTable.general }
            align()
            let place = words.count
            words += region.words
            words[place + TableRegion.firstRule] = UInt64(rules.count)
            rules += region.rules
            return place
        }

        /// Adds an organisation's overlay.
        /// - Parameter regions: by number of the action; actions of which it says nothing are absent.
        mutating func add(tenant: String, revision: String, regions: [Int: TableRegion?], actionCount: Int) {
            let name = Array(tenant.utf8)
            align()
            let block = words.count
            blocks.append((name.withUnsafeBufferPointer { TextHash.of($0) }, block))
            words.append(UInt64(name.count) | UInt64(revisions.count) << 32)
            revisions.append(revision)
            for start in stride(from: 0, to: name.count, by: 8) {
                var word: UInt64 = 0
                for (place, byte) in name[start..<min(start + 8, name.count)].enumerated() {
                    word |= UInt64(byte) << UInt64(8 * place)
                }
                words.append(UInt64(littleEndian: word))
            }
            let places = words.count
            words += Array(repeating: 0, count: (actionCount + 1) / 2)
            for action in regions.keys.sorted() {
                let place = UInt64(add(regions[action] ?? nil))
                words[places + action / 2] |= place << (action % 2 == 0 ? 0 : 32)
            }
        }

        private mutating func align() {
            while words.count % DecisionTable.line != 0 { words.append(0) }
        }

        /// The finished table.
        func table() -> DecisionTable {
            var size = 2
            while size < blocks.count * 2 { size *= 2 }
            var content = words
            let slots = content.count
            content += Array(repeating: 0, count: size * 2)
            let mask = UInt64(size - 1)
            for (hash, place) in blocks {
                var slot = hash & mask
                while content[slots + 2 * Int(slot) + 1] != 0 { slot = (slot + 1) & mask }
                content[slots + 2 * Int(slot)] = hash
                content[slots + 2 * Int(slot) + 1] = UInt64(place)
            }
            return DecisionTable(content, slots: slots, slotMask: mask, rules: rules, revisions: revisions)
        }
    }
}
