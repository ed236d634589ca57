import Foundation
import Logging
import ServiceKit
import WireFormat

/// The keys of all services and of the operator, in files of a fresh folder, as the installation has them.
struct ServiceIdentities: Sendable {
    let directory: String
    private let services: [ServiceName]

    init(of services: [ServiceName] = ServiceName.all) throws {
        self.services = services
        directory = FileManager.default.temporaryDirectory.path + "/bailiwick-policy-test-" + UUIDv7.generate().text
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let keys = services.map { ServiceKeyFiles.generate(for: $0) }
        for key in keys { try write(key.keyFile.reveal(), to: keyFile(key.service)) }
        try write(ServiceKeyFiles.registry(of: keys), to: registry)
    }

    var registry: String { directory + "/registry.json" }

    func keyFile(_ service: ServiceName) -> String { directory + "/" + service.text + ".key" }

    func keys(_ service: ServiceName) throws -> ServiceKeys {
        try ServiceKeys(service: service, keyFile: keyFile(service), registryFile: registry, logger: Logger.silent)
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: directory)
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        _ = FileManager.default.createFile(
            atPath: path, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
    }
}

extension Logger {
    /// Tests provoke what a service would warn of.
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
