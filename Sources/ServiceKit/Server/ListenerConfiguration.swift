import NIOCore
import NIOSSL

/// A certificate and its key, in PEM files.
public struct TLSFiles: Sendable, Hashable {
    /// The certificate chain, leaf first.
    public let certificate: String
    /// The private key.
    public let key: String

    /// Two files.
    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }

    /// How long a closed connection waits for the peer to close it too; idle peers do not answer, and a shutdown waits
    /// for every connection.
    private static let closeLimit = TimeAmount.milliseconds(500)

    /// TLS 1.2 or later with these files.
    func serverConfiguration() throws(SettingsError) -> TLSConfiguration {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(certificate).map { NIOSSLCertificateSource.certificate($0) }
            let privateKey = try NIOSSLPrivateKey(file: key, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain, privateKey: .privateKey(privateKey))
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            configuration.shutdownTimeout = Self.closeLimit
            return configuration
        } catch {
            throw SettingsError("TLS files \(certificate) and \(key) cannot be used: \(error)")
        }
    }
}

/// Where a listener listens. Plain HTTP exists only on loopback and on Unix sockets.
public struct ListenerConfiguration: Sendable, Hashable {
    /// An address.
    public enum Address: Sendable, Hashable {
        /// A host and a port; port 0 takes a free one.
        case tcp(host: String, port: Int)
        /// A Unix socket.
        case unix(path: String)
    }

    /// The address.
    public let address: Address
    /// The certificate; nil for plain HTTP.
    public let tls: TLSFiles?

    /// From which peers `X-Forwarded-For` is taken; from none unless the configuration names some.
    public let trustedProxies: [AddressRange]

    /// Refuses plain HTTP beyond loopback.
    public init(
        address: Address, tls: TLSFiles? = nil, trustedProxies: [AddressRange] = []
    ) throws(SettingsError) {
        if case .tcp(let host, _) = address, tls == nil, !Self.isLoopback(host) {
            throw SettingsError(
                "BAILIWICK_HOST: plain HTTP on `\(host)` is refused; set BAILIWICK_TLS_CERTIFICATE and BAILIWICK_TLS_KEY"
            )
        }
        self.address = address
        self.tls = tls
        self.trustedProxies = trustedProxies
    }

    /// The public listener as the settings have it.
    public static func `public`(_ settings: Settings) throws(SettingsError) -> ListenerConfiguration {
        let listener = try from(settings, socket: .publicSocket, port: .publicPort)
        let proxies = try settings.optional(SettingKey.trustedProxies)
        return try ListenerConfiguration(
            address: listener.address, tls: listener.tls, trustedProxies: Self.ranges(proxies ?? ""))
    }

    /// The internal listener as the settings have it.
    public static func `internal`(_ settings: Settings) throws(SettingsError) -> ListenerConfiguration {
        try from(settings, socket: .internalSocket, port: .internalPort)
    }

    private static func from(
        _ settings: Settings, socket: SettingKey<String>, port: SettingKey<Int>
    ) throws(SettingsError) -> ListenerConfiguration {
        let tls: TLSFiles?
        switch (try settings.optional(SettingKey.tlsCertificate), try settings.optional(SettingKey.tlsKey)) {
        case (let certificate?, let key?): tls = TLSFiles(certificate: certificate, key: key)
        case (nil, nil): tls = nil
        default: throw SettingsError("BAILIWICK_TLS_CERTIFICATE and BAILIWICK_TLS_KEY: both are needed, or none")
        }
        if let path = try settings.optional(socket) {
            return try ListenerConfiguration(address: .unix(path: path), tls: tls)
        }
        return try ListenerConfiguration(
            address: .tcp(host: settings.value(SettingKey.host), port: settings.value(port)), tls: tls)
    }

    private static func ranges(_ text: String) throws(SettingsError) -> [AddressRange] {
        var ranges: [AddressRange] = []
        for part in text.split(separator: ",") {
            let part = part.filter { $0 != " " }
            guard let range = AddressRange(part) else {
                throw SettingsError(
                    "BAILIWICK_TRUSTED_PROXIES: `\(part)` is no address and no range such as 192.0.2.0/24")
            }
            ranges.append(range)
        }
        return ranges
    }

    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" { return true }
        guard let address = try? SocketAddress(ipAddress: host, port: 0) else { return false }
        switch address {
        case .v4: return host.hasPrefix("127.")
        case .v6: return host == "::1"
        case .unixDomainSocket: return false
        }
    }
}
