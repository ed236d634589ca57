/// An address with the length of its network prefix, such as `10.0.0.0/8`; bits below the prefix are kept.
public struct IPNetwork: Sendable, Hashable {
    /// The address as written.
    public let address: IPAddress
    /// Leading bits that all addresses of the network share: at most 32 for IPv4, 128 for IPv6.
    public let prefixLength: Int

    /// Nil when the prefix is longer than the address.
    init?(_ address: IPAddress, prefixLength: Int) {
        guard prefixLength >= 0, prefixLength <= (address.family == .v4 ? 32 : 128) else { return nil }
        self.address = address
        self.prefixLength = prefixLength
    }

    /// The prefix among the 128 bits in which both families are held.
    private var bits: Int { address.family == .v4 ? 96 + prefixLength : prefixLength }

    /// The network with the bits below the prefix cleared.
    var masked: IPNetwork {
        let (high, low) = Self.mask(bits)
        let base: IPAddress =
            address.family == .v4
            ? IPAddress(v4: UInt32(truncatingIfNeeded: address.low & low))
            : IPAddress(high: address.high & high, low: address.low & low)
        return IPNetwork(base, prefixLength: prefixLength) ?? self
    }

    /// Whether the address is in the network. An IPv4 address, mapped or not, is in IPv4 networks only.
    func contains(_ other: IPAddress) -> Bool {
        guard (address.family == .v4) == (other.v4Bits != nil) else { return false }
        let (high, low) = Self.mask(bits)
        return (address.high ^ other.high) & high == 0 && (address.low ^ other.low) & low == 0
    }

    /// Whether every address of the other network is in this one.
    func contains(_ other: IPNetwork) -> Bool {
        address.family == other.address.family && prefixLength <= other.prefixLength && contains(other.address)
    }

    private static func mask(_ bits: Int) -> (high: UInt64, low: UInt64) {
        // Swift's shifts of unsigned integers by 64 and more give zero.
        (UInt64.max << (64 - min(bits, 64)), UInt64.max << (64 - max(bits - 64, 0)))
    }
}
