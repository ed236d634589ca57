/// A CBOR data item (RFC 8949) of the few kinds that WebAuthn uses. No tags, no floating point, nothing indefinite.
package indirect enum CBORValue: Sendable, Hashable {
    /// Major type 0 and 1, as far as they fit.
    case integer(Int64)
    /// Major type 2.
    case bytes([UInt8])
    /// Major type 3.
    case text(String)
    /// Major type 4.
    case array([CBORValue])
    /// Major type 5; no key stands twice.
    case map([CBORValue: CBORValue])
    /// Simple values 20 and 21.
    case bool(Bool)
    /// Simple value 22.
    case null

    /// The value at a text key of a map; nil when it is not there, or this is no map.
    package subscript(_ key: String) -> CBORValue? {
        if case .map(let members) = self { members[.text(key)] } else { nil }
    }

    /// The value at an integer key of a map (COSE labels).
    package subscript(_ key: Int64) -> CBORValue? {
        if case .map(let members) = self { members[.integer(key)] } else { nil }
    }

    /// The bytes of a byte string.
    package var bytes: [UInt8]? { if case .bytes(let bytes) = self { bytes } else { nil } }

    /// The text of a text string.
    package var text: String? { if case .text(let text) = self { text } else { nil } }

    /// The number of an integer.
    package var integer: Int64? { if case .integer(let number) = self { number } else { nil } }

    /// The elements of an array.
    package var array: [CBORValue]? { if case .array(let elements) = self { elements } else { nil } }
}
