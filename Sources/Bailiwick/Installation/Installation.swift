import Foundation
import KeyVault
import Logging
import Postgres
import PrivateCluster
import ServiceKit
import WireFormat

/// One set of four services with their keys and their database.
struct Installation: Sendable {
    /// Where its keys and notes are.
    let directory: DataDirectory
    /// What listens where.
    let ports: PortPlan
    /// The directory of policy files.
    let policies: String
    /// The database that all four share on a private cluster.
    static let databaseName = "bailiwick"

    private let variables: [String: String]
    let logger = Logger(label: "bailiwick")

    /// Reads options over environment over defaults; touches nothing.
    init(_ options: InstallationOptions, environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        let here = FileManager.default.currentDirectoryPath
        let named = options.dataDirectory ?? environment["BAILIWICK_DATA_DIRECTORY"]
        directory = named.map(DataDirectory.init) ?? .standard(environment: environment, checkout: here)
        policies = DataDirectory(path: options.policies ?? environment["BAILIWICK_POLICY_DIRECTORY"] ?? "policies").path
        let base = options.portBase ?? environment["BAILIWICK_PORT_BASE"].flatMap(Int.init)
        ports = try base == 0 ? .free() : PortPlan(base: base ?? PortPlan.standard.base)
        variables = environment
        guard FileManager.default.fileExists(atPath: policies) else {
            throw CommandFailure("no policy directory at `\(policies)`; name it with --policies")
        }
    }

    /// What each service is started with.
    var environment: ServiceEnvironment {
        ServiceEnvironment(
            directory: directory, endpoints: Endpoints(ports: ports, processIDs: [:]), policies: policies,
            inherited: variables)
    }

    /// The executable of a service, beside our own.
    func executable(of member: Member) throws -> String {
        let path = Self.binaries + "/" + member.executable
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw CommandFailure("no executable `\(path)`; build all products first")
        }
        return path
    }

    /// The directory of the executables that were built together.
    static var binaries: String {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: own).deletingLastPathComponent().path
    }

    /// The databases that the operator named, by service; empty for a private cluster.
    private var external: [Member: String] {
        get throws {
            let named = Member.allCases.compactMap { member in
                variables[ServiceEnvironment.externalDatabase(of: member)].map { (member, $0) }
            }
            guard named.isEmpty || named.count == Member.allCases.count else {
                let missing = Member.allCases.filter { member in !named.contains { $0.0 == member } }
                throw CommandFailure(
                    "some database URLs are set, but not "
                        + missing.map(ServiceEnvironment.externalDatabase).joined(separator: ", "))
            }
            return Dictionary(uniqueKeysWithValues: named)
        }
    }

    /// Prepares everything, runs `body`, and stops the cluster again, whatever happened.
    func run(_ body: () async throws -> Void) async throws {
        try directory.create()
        let lock = try DataDirectoryLock(directory)
        defer { lock.release() }
        let taken = ports.allPorts.filter { !PortPlan.isFree($0) }
        guard taken.isEmpty else {
            throw CommandFailure(
                "port \(taken[0]) is taken by another program; choose other ports with --port-base")
        }
        try KeyChest(directory: directory).makeMissing()
        let external = try external
        if external.isEmpty {
            let cluster = PrivateCluster(directory: directory.cluster, logger: logger)
            try await cluster.start()
            do {
                try await LocalDatabase(directory: directory, cluster: cluster, logger: logger).prepare()
                try await body()
            } catch {
                try? await cluster.stop()
                throw error
            }
            try await cluster.stop()
        } else {
            for (member, url) in external {
                try directory.write(Array(url.utf8), to: directory.databaseURL(member.rawValue))
            }
            try await body()
        }
    }

    /// Notes what listens where.
    func write(_ endpoints: Endpoints) throws { try directory.write(endpoints.json.bytes(), to: directory.endpoints) }

    /// What was noted last.
    func currentEndpoints() throws -> Endpoints { try Endpoints(reading: directory) }

    /// Removes the note, after everything ended.
    func forgetEndpoints() { unlink(directory.endpoints) }

    /// Where to look next, for a person.
    func welcome(_ endpoints: Endpoints) -> [String] {
        [
            "", "Everything is running; Ctrl-C ends it.",
            "  HR API        \(endpoints.publicURL(.hr))/v1/employees   (described at /openapi.json)",
            "  sign-in       \(endpoints.publicURL(.auth))/v1/sign-in",
            "  decisions     \(endpoints.publicURL(.policy))/.well-known/authzen-configuration",
            "  audit trail   \(endpoints.publicURL(.audit))/v1/events",
            "  policies      \(policies)   (edits take effect at once)",
            "  keys, data    \(directory.path)",
            "  next          bailiwick organisation create --name … --owner-email …", "",
        ]
    }
}

extension Endpoints {
    /// What `endpoints.json` of a running installation says.
    init(reading directory: DataDirectory) throws {
        guard let content = try directory.read(directory.endpoints) else {
            throw CommandFailure("nothing runs on `\(directory.path)`; start it with `bailiwick up`")
        }
        let json = try JSONValue.parse(content)
        guard let base = json["port_base"]?.integer, let services = json["services"]?.object else {
            throw CommandFailure("`\(directory.endpoints)` is not what `bailiwick up` writes")
        }
        self.init(
            ports: PortPlan(base: Int(base)),
            processIDs: services.compactMapValues { $0["pid"]?.integer.map(Int32.init) })
    }
}
