import Crypto
public import Logging
public import ServiceLifecycle
import Synchronization
import WireFormat

/// A service's own signing key and the registry of everybody's public keys. Runs as a service that takes changed files
/// up without a restart.
public final class ServiceKeys: Service {
    /// How often the files are looked at; a rollover overlaps for much longer.
    static let watchInterval = Duration.seconds(2)

    /// One consistent state of the files.
    struct Snapshot: Sendable {
        struct OwnKey: Sendable {
            let kid: String
            let privateKey: Curve25519.Signing.PrivateKey
            let headerSegment: String
        }

        struct PublicKey: Sendable {
            let service: ServiceName
            let publicKey: ServicePublicKey
        }

        let own: OwnKey
        private let byKid: [String: PublicKey]
        private let byHeader: [String: PublicKey]

        init(own: OwnKey, keys: [(service: ServiceName, kid: String, publicKey: String)]) throws(ServiceKeyError) {
            var byKid: [String: PublicKey] = [:]
            var byHeader: [String: PublicKey] = [:]
            for key in keys {
                guard ServiceKeyFiles.isKeyID(key.kid) else {
                    throw ServiceKeyError("registry: kid `\(key.kid)` must be 1 to 64 letters, digits, `-` and `_`")
                }
                guard let raw = Base64URL.decode(key.publicKey),
                    let publicKey = ServicePublicKey(raw)
                else { throw ServiceKeyError("registry: the public key `\(key.kid)` is not an Ed25519 key") }
                guard byKid[key.kid] == nil else { throw ServiceKeyError("registry: kid `\(key.kid)` stands twice") }
                byKid[key.kid] = PublicKey(service: key.service, publicKey: publicKey)
                byHeader[CompactJWS.headerSegment(kid: key.kid)] = byKid[key.kid]
            }
            self.own = own
            self.byKid = byKid
            self.byHeader = byHeader
        }

        /// The key that a token's header names. The usual spelling is looked up as it stands; any other is parsed.
        func key(forHeader segment: Substring.UTF8View) -> PublicKey? {
            if let known = byHeader[String(Substring(segment))] { return known }
            return CompactJWS.kid(ofHeader: segment).flatMap { byKid[$0] }
        }

        func key(kid: String) -> PublicKey? { byKid[kid] }
    }

    /// The service whose own key this is.
    public let service: ServiceName
    private let keyFile: String
    private let registryFile: String
    private let logger: Logger
    private let state: Mutex<Snapshot>

    /// Reads both files; a mistake in them stops the start.
    public init(
        service: ServiceName, keyFile: String, registryFile: String, logger: Logger
    ) throws(ServiceKeyError) {
        self.service = service
        self.keyFile = keyFile
        self.registryFile = registryFile
        self.logger = logger
        self.state = Mutex(try Self.load(service: service, keyFile: keyFile, registryFile: registryFile))
    }

    var current: Snapshot {
        state.withLock { $0 }
    }

    /// The identifier of the key that signs now.
    public var currentKeyID: String { current.own.kid }

    /// Reads the files anew; when one is wrong, the present keys stay and the error is thrown.
    public func reload() throws(ServiceKeyError) {
        let fresh = try Self.load(service: service, keyFile: keyFile, registryFile: registryFile)
        state.withLock { $0 = fresh }
    }

    /// Takes changed files up until shutdown.
    public func run() async throws {
        var seen = fingerprint
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.watchInterval) }
            let now = fingerprint
            guard now != seen else { continue }
            seen = now
            do {
                try reload()
                logger.info("service keys taken up", metadata: ["kid": .string(currentKeyID)])
            } catch {
                logger.error(
                    "service keys are wrong; the former ones stay", metadata: ["cause": .string(error.description)])
            }
        }
    }

    private var fingerprint: [[Int64]] {
        [KeyMaterialFile.fingerprint(keyFile), KeyMaterialFile.fingerprint(registryFile)]
    }

    private static func load(
        service: ServiceName, keyFile: String, registryFile: String
    ) throws(ServiceKeyError) -> Snapshot {
        let (kid, seed) = try ServiceKeyFiles.readKey(
            ServiceKeyFiles.read(keyFile, isPrivate: true), path: keyFile, service: service)
        guard let privateKey = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else {
            throw ServiceKeyError("\(keyFile): `seed` is not an Ed25519 key")
        }
        let keys = try ServiceKeyFiles.readRegistry(
            ServiceKeyFiles.read(registryFile, isPrivate: false), path: registryFile)
        let own = Snapshot.OwnKey(kid: kid, privateKey: privateKey, headerSegment: CompactJWS.headerSegment(kid: kid))
        let snapshot = try Snapshot(own: own, keys: keys)
        guard let registered = snapshot.key(kid: kid) else {
            throw ServiceKeyError("\(registryFile): kid `\(kid)` of \(keyFile) is not registered")
        }
        guard registered.service == service,
            registered.publicKey.bytes == Array(privateKey.publicKey.rawRepresentation)
        else { throw ServiceKeyError("\(registryFile): kid `\(kid)` is registered with another key or service") }
        return snapshot
    }
}
