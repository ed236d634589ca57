/// A set of roles by number, without an allocation.
struct RoleBits: Sendable, Hashable, Sequence {
    /// The most roles of a bundle. Organisations that model a role for each position have some dozens; the limit keeps
    /// a set in four words.
    static let most = 256

    private var words = SIMD4<UInt64>(repeating: 0)

    init() {}

    init(_ numbers: some Sequence<Int>) { for number in numbers { insert(number) } }

    mutating func insert(_ number: Int) {
        words[number &>> 6] |= 1 &<< UInt64(truncatingIfNeeded: number & 63)
    }

    func contains(_ number: Int) -> Bool {
        words[number &>> 6] & (1 &<< UInt64(truncatingIfNeeded: number & 63)) != 0
    }

    mutating func remove(_ number: Int) {
        words[number &>> 6] &= ~(1 &<< UInt64(truncatingIfNeeded: number & 63))
    }

    /// The first 64.
    var firstWord: UInt64 { words[0] }

    var isEmpty: Bool { words == SIMD4(repeating: 0) }

    mutating func formUnion(_ other: RoleBits) { words |= other.words }

    func intersection(_ other: RoleBits) -> RoleBits {
        var result = self
        result.words &= other.words
        return result
    }

    func isDisjoint(with other: RoleBits) -> Bool { words & other.words == SIMD4(repeating: 0) }

    /// The numbers in ascending order.
    struct Iterator: IteratorProtocol {
        fileprivate var words: SIMD4<UInt64>
        private var word = 0

        fileprivate init(_ words: SIMD4<UInt64>) { self.words = words }

        mutating func next() -> Int? {
            while word < 4 {
                let bits = words[word]
                if bits != 0 {
                    words[word] = bits & (bits &- 1)
                    return word &<< 6 | bits.trailingZeroBitCount
                }
                word &+= 1
            }
            return nil
        }
    }

    func makeIterator() -> Iterator { Iterator(words) }
}
