import Foundation
import ServiceKit
import Testing
import WireFormat

@testable import Bailiwick

@Suite("The keys of an installation")
struct KeyChestTests {
    private let directory: DataDirectory

    init() throws {
        directory = DataDirectory(path: FileManager.default.temporaryDirectory.path + "/bw-keys-\(UUIDv7.generate())")
        try directory.create()
    }

    @Test("are made once, readable by their owner alone, and never replaced")
    func makes() throws {
        defer { try? FileManager.default.removeItem(atPath: directory.path) }
        try KeyChest(directory: directory).makeMissing()
        let secrets = try FileManager.default.contentsOfDirectory(atPath: directory.secrets).sorted()
        #expect(
            secrets == [
                "checkpoint.key", "cursor.key", "kek.json", "service-audit.json", "service-auth.json",
                "service-bailiwick.json", "service-hr.json", "service-policy.json",
            ])
        for name in secrets {
            let attributes = try FileManager.default.attributesOfItem(atPath: directory.secrets + "/" + name)
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
        let before = try secrets.map { try directory.read(directory.secrets + "/" + $0) }
        try KeyChest(directory: directory).makeMissing()
        #expect(try secrets.map { try directory.read(directory.secrets + "/" + $0) } == before)
    }

    @Test("roll over with an overlap; the old key is forgotten only when it signs no more")
    func rolls() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory.path) }
        let chest = KeyChest(directory: directory)
        try chest.makeMissing()
        let old = try #require(kids(of: "hr").first)
        #expect(throws: CommandFailure.self) { try chest.forget(kid: old, of: .hr) }
        let fresh = try await chest.roll(.hr)
        #expect(try kids(of: "hr") == [old, fresh])
        let listing = try chest.listing()
        #expect(listing.contains("service  hr  \(fresh)  signs"))
        #expect(listing.contains("service  hr  \(old)  trusted"))
        try chest.forget(kid: old, of: .hr)
        #expect(try kids(of: "hr") == [fresh])
        #expect(throws: CommandFailure.self) { try chest.forget(kid: "hr-nothing", of: .hr) }
    }

    @Test("a second program on the same data directory is refused with a line that says what to do")
    func locks() throws {
        defer { try? FileManager.default.removeItem(atPath: directory.path) }
        let first = try DataDirectoryLock(directory)
        let refusal = #expect(throws: CommandFailure.self) { _ = try DataDirectoryLock(directory) }
        #expect(refusal?.description.contains("--data-directory") == true)
        first.release()
        #expect(throws: Never.self) { try DataDirectoryLock(directory).release() }
    }

    private func kids(of service: String) throws -> [String] {
        let registry = try JSONValue.parse(try #require(try directory.read(directory.registry)))
        let entry = registry["services"]?.array?.first { $0["name"]?.string == service }
        return entry?["keys"]?.array?.compactMap { $0["kid"]?.string } ?? []
    }
}
