import Glibc

/// An internet address of either family as its bytes. An IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2) is the IPv4 address
/// that it stands for.
package struct NetworkAddress: Sendable, Hashable {
    /// 4 or 16, in network order.
    package let bytes: [UInt8]

    private static let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]

    /// Reads the usual text, without brackets, zone or port; nil when it is no address.
    package init?(_ text: String) {
        if let v4 = Self.read(text, AF_INET, bytes: 4) {
            bytes = v4
            return
        }
        guard let v6 = Self.read(text, AF_INET6, bytes: 16) else { return nil }
        bytes = v6.starts(with: Self.mappedPrefix) ? Array(v6.dropFirst(Self.mappedPrefix.count)) : v6
    }

    private static func read(_ text: String, _ family: Int32, bytes count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }
}
