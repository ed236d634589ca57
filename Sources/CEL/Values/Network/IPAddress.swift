/// An internet address of either family. An IPv4-mapped IPv6 address (`::ffff:192.168.0.1`) equals the IPv4 address it
/// stands for and is classified as that, so that no policy can be passed by writing one as the other.
public struct IPAddress: Sendable, Hashable {
    /// The internet protocol's versions, by number.
    public enum Family: Int64, Sendable, Hashable {
        case v4 = 4
        case v6 = 6
    }

    /// The version it is written in.
    public let family: Family
    /// Bits 127 to 64; for IPv4 those of the mapped address.
    let high: UInt64
    /// Bits 63 to 0; for IPv4 those of the mapped address.
    let low: UInt64

    /// The bits above the 32 of an IPv4 address in an IPv4-mapped one (RFC 4291 §2.5.5.2).
    private static let mappedPrefix: UInt64 = 0xFFFF

    init(high: UInt64, low: UInt64) {
        family = .v6
        self.high = high
        self.low = low
    }

    init(v4 bits: UInt32) {
        family = .v4
        high = 0
        low = Self.mappedPrefix << 32 | UInt64(bits)
    }

    /// The 32 bits of an IPv4 address or of a mapped one.
    var v4Bits: UInt32? {
        high == 0 && low >> 32 == Self.mappedPrefix ? UInt32(truncatingIfNeeded: low) : nil
    }

    /// Whether it is written as IPv6 but stands for an IPv4 address.
    var isMapped: Bool { family == .v6 && v4Bits != nil }

    public static func == (a: IPAddress, b: IPAddress) -> Bool { a.high == b.high && a.low == b.low }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(high)
        hasher.combine(low)
    }
}

/// The classes of addresses (RFC 1122 §3.2.1.3, RFC 4291 §2.4).
extension IPAddress {
    /// `0.0.0.0` or `::`.
    var isUnspecified: Bool { v4Bits.map { $0 == 0 } ?? (high == 0 && low == 0) }

    /// `127.0.0.0/8` or `::1`.
    var isLoopback: Bool { v4Bits.map { $0 >> 24 == 127 } ?? (high == 0 && low == 1) }

    /// `224.0.0.0/4` or `ff00::/8`.
    var isMulticast: Bool { v4Bits.map { $0 >> 28 == 0xE } ?? (high >> 56 == 0xFF) }

    /// `224.0.0.0/24` or `ff02::/16` with any flags.
    var isLinkLocalMulticast: Bool {
        v4Bits.map { $0 >> 8 == 0xE0_00_00 } ?? (high >> 48 & 0xFF0F == 0xFF02)
    }

    /// `169.254.0.0/16` or `fe80::/10`.
    var isLinkLocalUnicast: Bool { v4Bits.map { $0 >> 16 == 0xA9FE } ?? (high >> 54 == 0xFE80 >> 6) }

    /// Neither unspecified, loopback, multicast, link-local nor the broadcast address; private addresses count.
    var isGlobalUnicast: Bool {
        v4Bits != .max && !isUnspecified && !isLoopback && !isMulticast && !isLinkLocalUnicast
    }
}
