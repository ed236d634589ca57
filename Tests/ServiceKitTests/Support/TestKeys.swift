import Crypto
import Foundation
import Logging
import WireFormat

@testable import ServiceKit

/// Key files of several services in a directory of their own, removed at the end.
final class TestKeys: Sendable {
    let directory: String
    let generated: [ServiceName: GeneratedServiceKey]

    init(_ services: [ServiceName] = [.hr, .policy, .audit]) throws {
        directory = NSTemporaryDirectory() + "bailiwick-servicekit-" + UUIDv7.generate().text
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        var generated: [ServiceName: GeneratedServiceKey] = [:]
        for service in services { generated[service] = ServiceKeyFiles.generate(for: service) }
        self.generated = generated
        for key in generated.values { try writeKey(key) }
        try writeRegistry(Array(generated.values))
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func keyFile(_ service: ServiceName) -> String { "\(directory)/\(service).json" }
    var registryFile: String { directory + "/registry.json" }

    func writeKey(_ key: GeneratedServiceKey) throws {
        try Data(key.keyFile.reveal()).write(to: URL(fileURLWithPath: keyFile(key.service)))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: keyFile(key.service))
    }

    func writeRegistry(_ keys: [GeneratedServiceKey]) throws {
        try Data(ServiceKeyFiles.registry(of: keys)).write(to: URL(fileURLWithPath: registryFile))
    }

    func keys(_ service: ServiceName) throws -> ServiceKeys {
        try ServiceKeys(
            service: service, keyFile: keyFile(service), registryFile: registryFile, logger: .silent)
    }

    /// The private key of a service, for forging.
    func privateKey(_ service: ServiceName) throws -> (kid: String, key: Curve25519.Signing.PrivateKey) {
        let (kid, seed) = try ServiceKeyFiles.readKey(
            ServiceKeyFiles.read(keyFile(service), isPrivate: true), path: keyFile(service), service: service)
        return (kid, try Curve25519.Signing.PrivateKey(rawRepresentation: seed))
    }
}

extension Logger {
    /// Writes nothing.
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
