import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import Testing
import WireFormat

@testable import ServiceKit

@Suite struct TLSTests {
    /// A certificate for `localhost`, made anew by openssl.
    private func certificate(in directory: String) throws -> TLSFiles {
        let files = TLSFiles(certificate: directory + "/certificate.pem", key: directory + "/key.pem")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", files.key, "-out",
            files.certificate,
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw TestFailure("openssl failed") }
        return files
    }

    @Test func servesTLSWithHSTSInPublicAndSignedCallsInside() async throws {
        let keys = try TestKeys()
        let tls = try certificate(in: keys.directory)
        let service = try await RunningService.start(
            keys: keys,
            internal: [
                Route(.get, "/internal/v1/ping", access: .service(callers: [.hr], user: .none)) { _ in .empty() }
            ], tls: tls)
        let transport = ServiceTransport(trustRoots: tls.certificate)
        let response = try await transport.client.execute(
            HTTPClientRequest(url: "https://localhost:\(service.ports.public ?? 0)/health/live"), timeout: .seconds(5))
        #expect(response.status == .ok)
        _ = try await response.body.collect(upTo: 1 << 16)
        #expect(response.headers.first(name: "strict-transport-security")?.hasPrefix("max-age=") == true)
        let client = ServiceClient(
            keys: try keys.keys(.hr), callee: .policy, baseURL: "https://localhost:\(service.ports.internal ?? 0)",
            transport: transport, logger: .silent)
        #expect(
            try await client.send(.get, "/internal/v1/ping", requestID: .generate(), deadline: .seconds(5)).isSuccess)
        // Who does not know the authority believes nothing.
        let stranger = ServiceClient(
            keys: try keys.keys(.hr), callee: .policy, baseURL: "https://localhost:\(service.ports.internal ?? 0)",
            transport: ServiceTransport(), logger: .silent)
        await #expect(throws: ServiceCallError.self) {
            try await stranger.send(.get, "/internal/v1/ping", requestID: .generate(), deadline: .seconds(5))
        }
        await service.stop()
    }

    @Test func refusesTLSBefore12AndWrongFiles() throws {
        let keys = try TestKeys()
        let files = try certificate(in: keys.directory)
        #expect(try files.serverConfiguration().minimumTLSVersion == .tlsv12)
        #expect(throws: SettingsError.self) {
            try TLSFiles(certificate: "/nowhere", key: files.key).serverConfiguration()
        }
        #expect(throws: SettingsError.self) {
            try TLSFiles(certificate: files.certificate, key: files.certificate).serverConfiguration()
        }
    }
}
