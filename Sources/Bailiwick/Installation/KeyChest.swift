import AuditCore
import Foundation
import KeyVault
import ServiceKit
import WireFormat

/// The keys of an installation: makes what is missing, never replaces what is there.
struct KeyChest {
    /// Where they are.
    let directory: DataDirectory

    /// Bytes of a cursor key: as many as its HMAC's digest.
    private static let cursorKeyLength = 32

    /// Makes every key that is missing: one for service tokens of each service and of this tool with the registry of
    /// the public halves, the key-encryption key, the checkpoint key, the cursor key.
    func makeMissing() throws {
        try makeServiceKeys()
        if try directory.read(directory.keyEncryptionKey) == nil {
            _ = try KeyFile.create(at: directory.keyEncryptionKey)
        }
        if try directory.read(directory.checkpointKey) == nil {
            let key = try CheckpointKey.generate(name: "bailiwick")
            try directory.write(key.privateFile.reveal(), to: directory.checkpointKey)
            try directory.write(key.publicFile, to: directory.checkpointPublicKey, mode: 0o644)
        }
        if try directory.read(directory.cursorKey) == nil {
            let bytes = (0..<Self.cursorKeyLength).map { _ in UInt8.random(in: .min ... .max) }
            try directory.write(Array(Base64URL.encode(bytes).utf8), to: directory.cursorKey)
        }
    }

    private func makeServiceKeys() throws {
        guard try directory.read(directory.registry) == nil else { return }
        let keys = ServiceName.all.map(ServiceKeyFiles.generate)
        for key in keys { try directory.write(key.keyFile.reveal(), to: directory.serviceKey(key.service.text)) }
        try directory.write(ServiceKeyFiles.registry(of: keys), to: directory.registry, mode: 0o644)
    }
}

extension KeyChest {
    /// How long running services may take to see a new registry: they look every two seconds.
    private static let overlap = Duration.seconds(3)

    /// Gives a service a new key: published first, used after everybody had time to see it.
    ///
    /// - Returns: the new key's id.
    func roll(_ service: ServiceName) async throws -> String {
        let fresh = ServiceKeyFiles.generate(for: service)
        let known = try registered() + [(service, fresh.kid, fresh.publicKey)]
        try directory.write(ServiceKeyFiles.registry(of: known), to: directory.registry, mode: 0o644)
        try await Task.sleep(for: Self.overlap)
        try directory.write(fresh.keyFile.reveal(), to: directory.serviceKey(service.text))
        return fresh.kid
    }

    /// Removes a retired public key from the registry.
    func forget(kid: String, of service: ServiceName) throws {
        let known = try registered()
        guard known.contains(where: { $0.service == service && $0.kid == kid }) else {
            throw CommandFailure("`\(service)` has no key `\(kid)`")
        }
        guard try signing(service) != kid else {
            throw CommandFailure("`\(kid)` is the key that `\(service)` signs with; roll it first")
        }
        let kept = known.filter { $0.kid != kid }
        try directory.write(ServiceKeyFiles.registry(of: kept), to: directory.registry, mode: 0o644)
    }

    /// A line for each key: whose, its id, whether it signs.
    func listing() throws -> [String] {
        try registered().map { key in
            let state = try signing(key.service) == key.kid ? "signs" : "trusted"
            return "service  \(key.service)  \(key.kid)  \(state)"
        }
    }

    private func registered() throws -> [(service: ServiceName, kid: String, publicKey: String)] {
        guard let content = try directory.read(directory.registry) else {
            throw CommandFailure("no keys at `\(directory.path)`; `bailiwick keys make` makes them")
        }
        return try ServiceKeyFiles.readRegistry(content, path: directory.registry)
    }

    private func signing(_ service: ServiceName) throws -> String? {
        guard let content = try directory.read(directory.serviceKey(service.text)) else { return nil }
        return try JSONValue.parse(content)["kid"]?.string
    }
}
