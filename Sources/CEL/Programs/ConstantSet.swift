import WireFormat

/// The elements of a constant list that `in` looks into.
///
/// A class, because copying one out of an array is then one reference count rather than one an array.
final class ConstantSet: Sendable {
    private enum Kind: Sendable {
        case texts, integers, others
    }

    /// The list, for what the tables cannot answer.
    let elements: [Value]
    private let kind: Kind
    private let texts: TextTable
    /// Integers in order, where all are.
    private let integers: [Int64]

    init(_ elements: [Value]) {
        self.elements = elements
        var texts: [String] = []
        var integers: [Int64] = []
        for element in elements {
            switch element {
            case .string(let text): texts.append(text)
            case .int(let number): integers.append(number)
            default: break
            }
        }
        let hasOnlyTexts = !texts.isEmpty && texts.count == elements.count
        let hasOnlyIntegers = !integers.isEmpty && integers.count == elements.count
        kind = hasOnlyTexts ? .texts : hasOnlyIntegers ? .integers : .others
        self.texts = TextTable(hasOnlyTexts ? texts : [])
        self.integers = hasOnlyIntegers ? integers.sorted() : []
    }

    /// Whether a text is an element, or nil when only comparing it with each can tell.
    @inline(__always)
    func contains(_ text: String) -> Bool? { kind == .texts ? texts.contains(text) : nil }

    /// Whether an integer is an element, or nil when only comparing it with each can tell.
    @inline(__always)
    func contains(_ number: Int64) -> Bool? {
        guard kind == .integers else { return nil }
        var low = 0
        var high = integers.count
        while low < high {
            let middle = (low + high) / 2
            if integers[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low < integers.count && integers[low] == number
    }
}

/// Constant texts to look one up in, hashed with open addressing. They are the policy author's, so the hash needs no
/// seed: whoever asks cannot fill the table.
struct TextTable: Sendable {
    private let texts: [String]
    private let keys: [TextKey]
    /// Index of a text, or -1. INVARIANT: at most half full, its size a power of two.
    private let places: [Int32]

    init(_ texts: [String]) {
        self.texts = texts
        keys = texts.map { TextKey($0) }
        var size = 16
        while size < texts.count * 2 { size *= 2 }
        var places = [Int32](repeating: -1, count: size)
        for (index, key) in keys.enumerated() {
            var place = key.hash & (size - 1)
            while places[place] >= 0 { place = (place + 1) & (size - 1) }
            places[place] = Int32(truncatingIfNeeded: index)
        }
        self.places = places
    }

    @inline(__always)
    func contains(_ text: String) -> Bool {
        let key = TextKey(text)
        let mask = places.count - 1
        var place = key.hash & mask
        while places[place] >= 0 {
            if isText(Int(places[place]), key, text) { return true }
            place = (place + 1) & mask
        }
        return false
    }

    @inline(__always)
    private func isText(_ index: Int, _ key: TextKey, _ text: String) -> Bool {
        keys[index].agrees(with: key) && (key.isWhole || texts[index].hasSameCodePoints(as: text))
    }
}
