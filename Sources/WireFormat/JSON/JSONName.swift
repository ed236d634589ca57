/// The name of a member while its value is read: the bytes of the text itself, so that comparing it with the names that
/// a reader knows makes no text.
///
/// INVARIANT: it is valid only within the call that got it.
public struct JSONName {
    @usableFromInline let bytes: UnsafeBufferPointer<UInt8>

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// The name as text of its own.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Calls `body` with the name's UTF-8.
    @inlinable
    public func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result { body(bytes) }

    /// Whether the name is this; for `switch`.
    @inlinable
    public static func ~= (known: StaticString, name: JSONName) -> Bool { name.equals(known) }

    /// Whether the name is this, byte by byte.
    @inlinable
    func equals(_ known: StaticString) -> Bool {
        let count = known.utf8CodeUnitCount
        guard bytes.count == count else { return false }
        let start = known.utf8Start
        for place in 0..<count where bytes[place] != start[place] { return false }
        return true
    }
}
