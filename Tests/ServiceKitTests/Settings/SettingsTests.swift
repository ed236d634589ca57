import Foundation
import Testing
import WireFormat

@testable import ServiceKit

@Suite struct SettingsTests {
    /// A file that is removed with the value.
    final class File {
        let path = NSTemporaryDirectory() + "bailiwick-settings-" + UUIDv7.generate().text
        init(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }
        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    @Test func takesTheEnvironmentOverTheFileOverTheDefault() throws {
        let file = try File(#"{"host":"127.0.0.2","password_cost":11,"log_level":"debug"}"#)
        let settings = try Settings(environment: [
            "BAILIWICK_CONFIG": file.path, "BAILIWICK_HOST": "127.0.0.3", "PATH": "/bin", "HOME": "/",
        ])
        #expect(try settings.value(.host) == "127.0.0.3")
        #expect(try settings.value(.passwordCost) == 11)
        #expect(try settings.value(.logLevel) == "debug")
        #expect(try settings.value(.portBase) == 7000)
        #expect(try settings.optional(.publicPort) == nil)
    }

    @Test func readsSecretsFromFilesAndShowsThemNowhere() throws {
        let file = try File("postgres://user:swordfish@host/db\n")
        let settings = try Settings(environment: ["BAILIWICK_DATABASE_URL_FILE": file.path])
        #expect(try settings.value(.databaseURL).reveal() == "postgres://user:swordfish@host/db")
        let shown = settings.effective
        #expect(shown.contains("BAILIWICK_DATABASE_URL=‹redacted› (file \(file.path))"))
        #expect(shown.contains("BAILIWICK_HOST=127.0.0.1 (default)"))
        #expect(!shown.joined().contains("swordfish"))
        #expect(!"\(settings)".contains("swordfish"))
        #expect(!String(reflecting: try settings.value(.databaseURL)).contains("swordfish"))
    }

    @Test func stopsTheStartWithOneClearLine() throws {
        let unknown = try File(#"{"hots":"127.0.0.1"}"#)
        let malformed = try File(#"{"host":"#)
        let wrongType = try File(#"{"host":["a"]}"#)
        let secret = try File("postgres://swordfish")
        let table: [(environment: [String: String], expected: String)] = [
            (["BAILIWICK_HOTS": "a"], "BAILIWICK_HOTS: no such setting; did you mean BAILIWICK_HOST?"),
            (["BAILIWICK_ENTIRELY_ELSE": "a"], "BAILIWICK_ENTIRELY_ELSE: no such setting"),
            (["BAILIWICK_PUBLIC_PORT": "70000"], "BAILIWICK_PUBLIC_PORT: must be a whole number from 0 to 65535"),
            (["BAILIWICK_PUBLIC_PORT": "7003 "], "BAILIWICK_PUBLIC_PORT: must be a whole number from 0 to 65535"),
            (["BAILIWICK_PUBLIC_PORT": ""], "BAILIWICK_PUBLIC_PORT: must be a whole number from 0 to 65535"),
            (["BAILIWICK_HOST": ""], "BAILIWICK_HOST: must be a text"),
            (["BAILIWICK_LOG_LEVEL": "loud"], "BAILIWICK_LOG_LEVEL: must be one of trace"),
            (["BAILIWICK_HOST_FILE": "/etc/hostname"], "BAILIWICK_HOST_FILE: no such setting"),
            (["BAILIWICK_DATABASE_URL_FILE": "/nowhere/at/all"], "the file /nowhere/at/all cannot be read"),
            (
                ["BAILIWICK_DATABASE_URL_FILE": secret.path, "BAILIWICK_DATABASE_URL": "swordfish"], "is also given"
            ),
            (["BAILIWICK_CONFIG": "/nowhere/at/all"], "the file /nowhere/at/all cannot be read"),
            (["BAILIWICK_CONFIG": unknown.path], "no such setting `hots`; did you mean BAILIWICK_HOST?"),
            (["BAILIWICK_CONFIG": malformed.path], "not JSON"),
            (["BAILIWICK_CONFIG": wrongType.path], "`host` must be a string"),
        ]
        for (environment, expected) in table {
            let error = #expect(throws: SettingsError.self, "\(environment)") { try Settings(environment: environment) }
            let line = error?.description ?? ""
            #expect(line.contains(expected), "\(environment): \(line)")
            #expect(!line.contains("swordfish"))
            #expect(!line.contains("\n"))
        }
    }

    @Test func saysWhichSettingIsMissing() throws {
        let settings = try Settings(environment: [:])
        let error = #expect(throws: SettingsError.self) { try settings.value(.databaseURL) }
        #expect(error?.description == "BAILIWICK_DATABASE_URL: is needed (database of the service's own role)")
    }

    @Test func refusesPlainHTTPBeyondLoopback() throws {
        for host in ["0.0.0.0", "10.0.0.1", "::", "example.org", "128.0.0.1"] {
            #expect(throws: SettingsError.self, "\(host)") {
                try ListenerConfiguration(address: .tcp(host: host, port: 1))
            }
            #expect(throws: Never.self, "\(host)") {
                try ListenerConfiguration(
                    address: .tcp(host: host, port: 1), tls: TLSFiles(certificate: "a", key: "b"))
            }
        }
        for host in ["127.0.0.1", "127.9.9.9", "::1", "localhost"] {
            #expect(throws: Never.self, "\(host)") {
                try ListenerConfiguration(address: .tcp(host: host, port: 1))
            }
        }
        let settings = try Settings(environment: [
            "BAILIWICK_PUBLIC_PORT": "0", "BAILIWICK_TLS_CERTIFICATE": "/a",
        ])
        #expect(throws: SettingsError.self) { try ListenerConfiguration.public(settings) }
    }
}
