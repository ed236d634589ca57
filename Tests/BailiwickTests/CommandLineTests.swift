import Foundation
import Subprocess
import SystemPackage
import Testing
import WireFormat

@testable import Bailiwick

@Suite("bailiwick on the command line")
struct CommandLineTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    private func bailiwick(
        _ arguments: [String], environment: [Environment.Key: String] = [:]
    ) async throws -> (code: TerminationStatus, output: String, error: String) {
        var variables: [Environment.Key: String?] = [:]
        for (key, value) in environment { variables[key] = value }
        let result = try await Subprocess.run(
            .path(FilePath(Self.root + "/.build/debug/bailiwick")), arguments: Arguments(arguments),
            environment: .inherit.updating(variables), workingDirectory: FilePath(Self.root),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        return (result.terminationStatus, result.standardOutput, result.standardError)
    }

    private func temporary() -> String { FileManager.default.temporaryDirectory.path + "/bw-cli-\(UUIDv7.generate())" }

    @Test("a missing policy directory stops `up` with one clear line")
    func missingPolicies() async throws {
        let ended = try await bailiwick(["up", "--data-directory", temporary(), "--policies", "/nowhere/policies"])
        #expect(ended.code == .exited(1))
        #expect(ended.error == "bailiwick: no policy directory at `/nowhere/policies`; name it with --policies\n")
    }

    @Test("a taken port stops `up` with one clear line")
    func takenPort() async throws {
        let taken = try PortPlan.free()
        let listener = try Listener(port: taken.publicPort(of: .hr))
        defer { listener.close() }
        let place = temporary()
        defer { try? FileManager.default.removeItem(atPath: place) }
        let ended = try await bailiwick(["up", "--data-directory", place, "--port-base", "\(taken.base)"])
        #expect(ended.code == .exited(1))
        #expect(ended.error.contains("port \(taken.publicPort(of: .hr)) is taken"), "\(ended.error)")
        #expect(ended.error.split(separator: "\n").count == 1)
    }

    @Test("half-named databases stop `up` with the names that are missing")
    func halfNamedDatabases() async throws {
        let place = temporary()
        defer { try? FileManager.default.removeItem(atPath: place) }
        let ended = try await bailiwick(
            ["up", "--data-directory", place, "--port-base", "0"],
            environment: ["BAILIWICK_AUTH_DATABASE_URL": "postgres://u:p@/x?host=/tmp"])
        #expect(ended.code == .exited(1))
        #expect(ended.error.contains("BAILIWICK_HR_DATABASE_URL"), "\(ended.error)")
        #expect(!ended.error.contains("u:p"))
    }

    @Test("migrating a database that is not there is one clear line without the password")
    func missingDatabase() async throws {
        let ended = try await bailiwick(
            ["migrate"],
            environment: ["BAILIWICK_MIGRATION_URL": "postgres://nobody:hunter2@/nothing?host=/tmp/no-such-socket"])
        #expect(ended.code == .exited(1))
        #expect(ended.error.split(separator: "\n").count == 1, "\(ended.error)")
        #expect(!ended.error.contains("hunter2"))
    }

    @Test("keys of a strange service are refused")
    func strangeService() async throws {
        let ended = try await bailiwick(["keys", "roll-service", "payroll", "--data-directory", temporary()])
        #expect(ended.code == .exited(1))
        #expect(ended.error.contains("no service `payroll`"))
    }
}

/// A listening socket on 127.0.0.1.
private struct Listener {
    private let descriptor: Int32

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard bound == 0, listen(descriptor, 1) == 0 else { throw CommandFailure("cannot listen on \(port)") }
    }

    func close() { Glibc.close(descriptor) }
}
