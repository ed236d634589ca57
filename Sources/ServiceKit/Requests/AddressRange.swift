public import WireFormat

/// A range of IP addresses in CIDR notation (RFC 4632, RFC 4291 §2.3). An IPv4 address is the same address when a socket
/// shows it as `::ffff:a.b.c.d`.
public struct AddressRange: Sendable, Hashable, WireValue, WireEncodable {
    /// The mapped form of an IPv4 address begins with these (RFC 4291 §2.5.5.2).
    private static let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
    /// Bits of an IPv6 address.
    private static let mostBits = 128

    /// As it was written.
    public let text: String
    private let network: [UInt8]
    private let bits: Int

    /// Reads `192.0.2.0/24`, `2001:db8::/32`, or a single address; nil for anything else, and for a range whose address
    /// has bits beyond its length, since it would not be what its author meant.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let address = Self.bytes(of: String(parts[0])) else { return nil }
        let shift = Self.isMapped(address) && !parts[0].contains(":") ? Self.mostBits - 32 : 0
        var bits = Self.mostBits
        if parts.count == 2 {
            guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let length = Int(parts[1]), length <= Self.mostBits - shift
            else { return nil }
            bits = length + shift
        }
        guard Self.masked(address, to: bits) == address else { return nil }
        self.text = text
        self.network = address
        self.bits = bits
    }

    /// A single address that matches nothing anybody comes from (RFC 6666).
    public static var placeholder: AddressRange { AddressRange(unchecked: "100::") }

    private init(unchecked text: String) {
        self.text = text
        network = [1] + [UInt8](repeating: 0, count: 15)
        bits = Self.mostBits
    }

    public init(wire: JSONValue) throws(WireValueError) {
        guard let range = AddressRange(try String(wire: wire)) else {
            throw WireValueError(
                "must be an address or a range such as 192.0.2.0/24 or 2001:db8::/32, without bits beyond its length")
        }
        self = range
    }

    public var wire: JSONValue { .string(text) }

    /// Whether an address is within the range; what is no address is in none.
    public func contains(_ address: String) -> Bool {
        guard let bytes = Self.bytes(of: address) else { return false }
        return Self.masked(bytes, to: bits) == network
    }

    /// Whether it is an address as ``contains(_:)`` reads it.
    public static func isAddress(_ text: String) -> Bool { bytes(of: text) != nil }

    /// The 16 bytes of an address.
    private static func bytes(of text: String) -> [UInt8]? {
        guard let address = NetworkAddress(text) else { return nil }
        return address.bytes.count == mappedPrefix.count + 4 ? address.bytes : mappedPrefix + address.bytes
    }

    private static func isMapped(_ bytes: [UInt8]) -> Bool { bytes.starts(with: mappedPrefix) }

    private static func masked(_ bytes: [UInt8], to bits: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let kept = min(8, max(0, bits - 8 * index))
            return kept == 0 ? 0 : byte & (UInt8.max << (8 - kept))
        }
    }
}
