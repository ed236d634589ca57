import ServiceKit

extension Call {
    /// What limits by address count by: an IPv4 address, or the first 64 bits of an IPv6 address, since whoever has one
    /// of a network's addresses has all 2^64 (RFC 6177 §2). An IPv4-mapped address is the IPv4 one. Empty for a Unix
    /// socket.
    var addressKey: [UInt8] {
        guard let address = NetworkAddress(clientIP) else { return Array(clientIP.utf8) }
        return address.bytes.count == Self.v4Bytes ? address.bytes : Array(address.bytes.prefix(Self.v6NetworkBytes))
    }

    private static var v4Bytes: Int { 4 }
    private static var v6NetworkBytes: Int { 8 }
}
