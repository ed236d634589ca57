/// Base64url without padding (RFC 4648 §5, RFC 7515 §2). One byte string has exactly one spelling: padding, other
/// characters and stray bits at the end are refused, so a token cannot be respelled.
public enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    private static let invalid: UInt8 = 255
    private static let values: [UInt8] = {
        var table = [UInt8](repeating: invalid, count: 256)
        for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
        return table
    }()

    /// The text of `bytes`.
    @inlinable
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        // On contiguous memory the loops below run unspecialised types nowhere; tokens pass here on every call.
        bytes.withContiguousStorageIfAvailable(encode(buffer:)) ?? Array(bytes).withUnsafeBufferPointer(encode(buffer:))
    }

    /// The bytes that `text` spells, or nil when it is not the one spelling of any.
    @inlinable
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        text.withContiguousStorageIfAvailable(decode(buffer:)) ?? Array(text).withUnsafeBufferPointer(decode(buffer:))
    }

    /// The bytes that `text` spells, or nil when it is not the one spelling of any.
    @inlinable
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var text = String(text)
        return text.withUTF8(decode(buffer:))
    }

    @usableFromInline
    static func encode(buffer bytes: UnsafeBufferPointer<UInt8>) -> String {
        let count = (bytes.count * 4 + 2) / 3
        return alphabet.withUnsafeBufferPointer { alphabet in
            String(unsafeUninitializedCapacity: count) { buffer in
                var position = 0
                var bits: UInt32 = 0
                var held: UInt32 = 0
                for byte in bytes {
                    bits = bits << 8 | UInt32(byte)
                    held += 8
                    while held >= 6 {
                        held -= 6
                        buffer[position] = alphabet[Int(bits >> held & 63)]
                        position += 1
                    }
                }
                if held > 0 {
                    buffer[position] = alphabet[Int(bits << (6 - held) & 63)]
                    position += 1
                }
                return position
            }
        }
    }

    @usableFromInline
    static func decode(buffer text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        values.withUnsafeBufferPointer { values in
            var bits: UInt32 = 0
            var held: UInt32 = 0
            var isValid = true
            let bytes = [UInt8](unsafeUninitializedCapacity: text.count * 3 / 4) { buffer, count in
                for character in text {
                    let value = values[Int(character)]
                    guard value != invalid else {
                        isValid = false
                        return
                    }
                    bits = bits << 6 | UInt32(value)
                    held += 6
                    if held >= 8 {
                        held -= 8
                        buffer[count] = UInt8(truncatingIfNeeded: bits >> held)
                        count += 1
                        bits &= (1 << held) - 1
                    }
                }
            }
            guard isValid, held < 6, bits == 0 else { return nil }
            return bytes
        }
    }
}
