import Foundation
import Testing
import WireFormat

@testable import ServiceKit

@Suite struct ServiceKeysTests {
    @Test func refusesWrongFilesWithOneLineThatNamesThem() throws {
        let other = try TestKeys()
        let strange = ServiceKeyFiles.generate(for: .hr)
        struct Wrong {
            let name: String
            let expected: String
            let change: (TestKeys) throws -> Void
        }
        let table: [Wrong] = [
            Wrong(name: "others may read the key", expected: "0600") { keys in
                try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: keys.keyFile(.hr))
            },
            Wrong(name: "no key file", expected: "no such file") { keys in
                try FileManager.default.removeItem(atPath: keys.keyFile(.hr))
            },
            Wrong(name: "a directory", expected: "regular file") { keys in
                try FileManager.default.removeItem(atPath: keys.keyFile(.hr))
                try FileManager.default.createDirectory(
                    atPath: keys.keyFile(.hr), withIntermediateDirectories: true)
            },
            Wrong(name: "another service's key", expected: "not one of service `hr`") { keys in
                let content = FileManager.default.contents(atPath: keys.keyFile(.audit)) ?? Data()
                try content.write(to: URL(fileURLWithPath: keys.keyFile(.hr)))
                try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: keys.keyFile(.hr))
            },
            Wrong(name: "a key that nobody knows", expected: "not registered") { keys in
                try keys.writeKey(strange)
            },
            Wrong(name: "no registry", expected: "no such file") { keys in
                try FileManager.default.removeItem(atPath: keys.registryFile)
            },
            Wrong(name: "a registry that is not JSON", expected: "not JSON") { keys in
                try Data("services:".utf8).write(to: URL(fileURLWithPath: keys.registryFile))
            },
            Wrong(name: "a registry with an unknown member", expected: "services") { keys in
                try Data(#"{"services":[],"x":1}"#.utf8).write(to: URL(fileURLWithPath: keys.registryFile))
            },
            Wrong(name: "one kid twice", expected: "stands twice") { keys in
                try keys.writeRegistry(Array(keys.generated.values) + [keys.generated[.hr] ?? strange])
            },
            Wrong(name: "one kid with another key", expected: "another key or service") { keys in
                let kid = keys.generated[.hr]?.kid ?? ""
                let registry = ServiceKeyFiles.registry(of: [(.hr, kid, other.generated[.hr]?.publicKey ?? "")])
                try Data(registry).write(to: URL(fileURLWithPath: keys.registryFile))
            },
        ]
        for wrong in table {
            let keys = try TestKeys()
            try wrong.change(keys)
            let error = #expect(throws: ServiceKeyError.self, "\(wrong.name)") { try keys.keys(.hr) }
            let line = error?.description ?? ""
            #expect(line.contains(wrong.expected), "\(wrong.name): \(line)")
            #expect(!line.contains("\n"))
        }
    }

    @Test func rollsKeysOverWithAnOverlapAndKeepsTheFormerOnesWhenAFileIsWrong() async throws {
        let files = try TestKeys()
        let service = try await RunningService.start(
            keys: files,
            internal: [
                Route(.get, "/internal/v1/ping", access: .service(callers: [.hr], user: .none)) { _ in .empty() }
            ])
        let callerKeys = try files.keys(.hr)
        let transport = ServiceTransport()
        let client = ServiceClient(
            keys: callerKeys, callee: .policy, baseURL: service.internalURL, transport: transport, logger: .silent)
        func ping() async throws -> Bool {
            try await client.send(.get, "/internal/v1/ping", requestID: .generate(), deadline: .seconds(5)).isSuccess
        }
        #expect(try await ping())
        // The registry gets the new key beside the old one; then the caller's own key changes.
        let next = ServiceKeyFiles.generate(for: .hr)
        try files.writeRegistry(Array(files.generated.values) + [next])
        try files.writeKey(next)
        try callerKeys.reload()
        #expect(callerKeys.currentKeyID == next.kid)
        try await eventually("the callee has taken the new registry up") { (try? await ping()) == true }
        // A broken registry changes nothing.
        try Data("{".utf8).write(to: URL(fileURLWithPath: files.registryFile))
        #expect(throws: ServiceKeyError.self) { try callerKeys.reload() }
        #expect(try await ping())
        await service.stop()
    }
}
