import HTTPTypes

/// Where a request comes from: the peer of the connection, or, when that is a proxy that the configuration names, what the
/// proxy says in `X-Forwarded-For`. What a stranger writes into the field counts for nothing.
enum ClientAddress {
    /// Longer chains than any real one are not followed.
    static let mostHops = 16

    private static let forwardedFor = HTTPField.Name("X-Forwarded-For")

    /// - Parameters:
    ///   - peer: the address of the connection.
    ///   - proxies: from whom the field is taken.
    static func of(peer: String, _ headers: HTTPFields, proxies: [AddressRange]) -> String {
        guard !proxies.isEmpty, isProxy(peer, proxies), let name = forwardedFor else { return peer }
        let hops = headers[values: name].joined(separator: ",").split(separator: ",", omittingEmptySubsequences: false)
            .map { $0.filter { $0 != " " && $0 != "\t" } }
        var address = peer
        // From the nearest hop on: each was written by the one before, and is believed while that one is a proxy.
        for hop in hops.reversed().prefix(mostHops) {
            guard AddressRange.isAddress(hop) else { return address }
            address = hop
            guard isProxy(hop, proxies) else { return address }
        }
        return address
    }

    private static func isProxy(_ address: String, _ proxies: [AddressRange]) -> Bool {
        proxies.contains { $0.contains(address) }
    }
}
