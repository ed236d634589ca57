import ArgumentParser
import AuditCore
import Foundation
import Postgres
import SQLQuery
import TestSupport
import Testing
import WireFormat

@testable import Bailiwick

@Suite("The exit code of bailiwick audit verify")
struct VerifyCommandTests {
    /// Runs the command as its line would; nil when it ends well.
    private func exitCode(_ fixture: LogFixture, _ url: Redacted<String>, publicFile: [UInt8]) async throws -> ExitCode?
    {
        let directory = FileManager.default.temporaryDirectory.appending(path: "audit-verify-\(UUIDv7.generate())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let (urlFile, keyFile) = (directory.appending(path: "url"), directory.appending(path: "checkpoint.pub"))
        try Data((url.reveal() + "\n").utf8).write(to: urlFile)
        try Data(publicFile).write(to: keyFile)
        let command = try AuditVerifyCommand.parse([
            "--database-url-file", urlFile.path, "--checkpoint-key", keyFile.path, "--tenant", fixture.tenant.text,
        ])
        do {
            try await command.run()
            return nil
        } catch let code as ExitCode {
            return code
        }
    }

    @Test("0 for a whole log, 1 for an altered one, 2 when it cannot be read; by the service's role and by a superuser")
    func codes() async throws {
        let fixture = try await LogFixture.make()
        let trust = fixture.key.trust.publicFile
        let service = fixture.test.url(role: ServiceRole.audit.role)
        let superuser = fixture.test.url(role: "postgres")
        try await fixture.fill(30)
        #expect(try await exitCode(fixture, service, publicFile: trust) == nil)
        #expect(try await exitCode(fixture, superuser, publicFile: trust) == nil)
        #expect(try await exitCode(fixture, service, publicFile: []) == ExitCode(2))
        let nowhere = Redacted("postgres://nobody@127.0.0.1:1/nothing")
        #expect(try await exitCode(fixture, nowhere, publicFile: trust) == ExitCode(2))
        try await fixture.tamper(
            "event_body", "UPDATE event_body SET body = replace(body, 'hr', 'rh') WHERE tenant = \(fixture.tenant)")
        #expect(try await exitCode(fixture, service, publicFile: trust) == .failure)
        #expect(try await exitCode(fixture, superuser, publicFile: trust) == .failure)
    }
}
