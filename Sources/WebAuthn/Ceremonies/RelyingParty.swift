/// Who asks for credentials. Comes from configuration, never from a request's headers.
package struct RelyingParty: Sendable, Hashable {
    /// A domain: the suffix of every origin's host that may use the credentials.
    package let id: String
    /// What the browser shows.
    package let name: String
    /// The pages that may run a ceremony, each exactly as a browser writes it: scheme, host, and a port that is not the
    /// scheme's own.
    package let origins: Set<String>

    /// Nil when an origin is not `https` (or `http` on loopback names, which browsers treat as secure), is not in the
    /// form that browsers write, or has a host outside of `id`.
    package init?(id: String, name: String, origins: Set<String>) {
        guard !origins.isEmpty, Self.isDomain(id) else { return nil }
        for origin in origins {
            guard let host = Self.host(of: origin), host == id || host.hasSuffix("." + id) else { return nil }
        }
        self.id = id
        self.name = name
        self.origins = origins
    }

    /// The host of an origin in the form that browsers write; nil for anything else.
    package static func host(of origin: String) -> String? {
        for (scheme, ownPort) in [("https://", "443"), ("http://", "80")] where origin.hasPrefix(scheme) {
            let parts = origin.dropFirst(scheme.count).split(separator: ":", omittingEmptySubsequences: false)
            guard let host = parts.first.map(String.init), isDomain(host), parts.count <= 2 else { return nil }
            if parts.count == 2 {
                guard let port = UInt16(parts[1]), port > 0, String(port) == parts[1], parts[1] != ownPort else {
                    return nil
                }
            }
            return scheme == "https://" || isLoopback(host) ? host : nil
        }
        return nil
    }

    /// Whether `host` is this machine itself.
    package static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host.hasSuffix(".localhost") || host == "127.0.0.1"
    }

    private static func isDomain(_ text: String) -> Bool {
        (1...253).contains(text.utf8.count) && !text.hasPrefix(".") && !text.hasSuffix(".") && !text.contains("..")
            && text.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: ".")
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-")
            }
    }
}
