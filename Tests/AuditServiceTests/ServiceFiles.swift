import AuditCore
import Foundation
import Logging
import ServiceKit
import WireFormat

/// The files and settings with which an AuditService starts, and the keys of those who call it.
struct ServiceFiles {
    /// The settings, as environment variables; no other service is there.
    private(set) var environment: [String: String] = [:]
    private let directory: URL

    /// Writes the files into a directory, which the caller removes.
    init(in directory: URL) throws {
        self.directory = directory
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let keys = ServiceName.all.map { ServiceKeyFiles.generate(for: $0) }
        for key in keys { _ = try write("\(key.service).json", key.keyFile.reveal()) }
        environment = [
            "BAILIWICK_PUBLIC_PORT": "0", "BAILIWICK_INTERNAL_PORT": "0",
            "BAILIWICK_DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
            "BAILIWICK_SERVICE_KEY_FILE": path("audit.json"),
            "BAILIWICK_SERVICE_REGISTRY": try write("registry.json", ServiceKeyFiles.registry(of: keys)),
            "BAILIWICK_CHECKPOINT_KEY_FILE": try write(
                "checkpoint.key", CheckpointKey.generate(name: "test").privateFile.reveal()),
            "BAILIWICK_PEERS_AUTH": "http://127.0.0.1:1", "BAILIWICK_PEERS_POLICY": "http://127.0.0.1:1",
            "BAILIWICK_ISSUER": "http://127.0.0.1:1",
        ]
    }

    /// The same with a database.
    func with(database url: Redacted<String>) -> ServiceFiles {
        var files = self
        files.environment["BAILIWICK_DATABASE_URL"] = url.reveal()
        return files
    }

    /// A client with which `caller` calls the service at a port.
    func client(of caller: ServiceName, port: Int, logger: Logger) throws -> ServiceClient {
        let keys = try ServiceKeys(
            service: caller, keyFile: path("\(caller).json"), registryFile: path("registry.json"), logger: logger)
        return ServiceClient(
            keys: keys, callee: .audit, baseURL: "http://127.0.0.1:\(port)", transport: ServiceTransport(),
            logger: logger)
    }

    private func path(_ name: String) -> String { directory.appending(path: name).path }

    private func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path(name))
        return path(name)
    }
}
