import Glibc
import Testing
import WireFormat

@testable import KeyVault

@Suite struct KeyFileTests {
    /// A path in a folder of its own, removed when the test ends.
    private final class Folder {
        let path: String
        var file: String { path + "/kek.json" }

        init() throws {
            var template = Array("/tmp/bailiwick-kek-XXXXXX".utf8CString)
            path = try #require(mkdtemp(&template).map { String(cString: $0) })
        }

        deinit {
            for name in ["kek.json", "fifo", "link"] { unlink("\(path)/\(name)") }
            rmdir(path)
        }
    }

    private func context(_ purpose: TenantKeyPurpose = .data, version: Int32 = 1) throws -> KeyWrapContext {
        KeyWrapContext(tenant: try EnvelopeSamples.tenant(), purpose: purpose, version: version)
    }

    private func write(_ text: String, to path: String) throws {
        let file = try #require(fopen(path, "w"))
        defer { fclose(file) }
        fputs(text, file)
        chmod(path, 0o600)
    }

    private func bytes(_ key: DataKey) -> [UInt8] { key.withBytes { $0 } }

    @Test func aNewFileIsReadableByItsOwnerOnlyAndIsNotOverwritten() throws {
        let folder = try Folder()
        let made = try KeyFile.create(at: folder.file)
        var status = stat()
        #expect(stat(folder.file, &status) == 0 && status.st_mode & 0o7777 == 0o600)
        #expect(try KeyFile.load(folder.file).ids == made.ids)
        let error = #expect(throws: KeyVaultError.self) { try KeyFile.create(at: folder.file) }
        #expect(error?.code == .keyFile)
        #expect(try KeyFile.load(folder.file).ids == made.ids)
    }

    @Test(arguments: [0o640, 0o604, 0o644, 0o620, 0o602, 0o660, 0o700, 0o610, 0o601, 0o777] as [mode_t])
    func aFileThatOthersMayTouchIsRefused(mode: mode_t) throws {
        let folder = try Folder()
        _ = try KeyFile.create(at: folder.file)
        #expect(chmod(folder.file, mode) == 0)
        let error = #expect(throws: KeyVaultError.self) { try FileKeyProvider(path: folder.file) }
        #expect(error?.code == .keyFile)
        #expect(error?.description.contains("chmod 600") == true)
    }

    @Test func aReadOnlyFileOfTheOwnerIsGood() throws {
        let folder = try Folder()
        _ = try KeyFile.create(at: folder.file)
        chmod(folder.file, 0o400)
        _ = try FileKeyProvider(path: folder.file)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a file away")) func aFileOfAnotherUserIsRefused() throws {
        let folder = try Folder()
        _ = try KeyFile.create(at: folder.file)
        #expect(chown(folder.file, 1, 1) == 0)
        let error = #expect(throws: KeyVaultError.self) { try FileKeyProvider(path: folder.file) }
        #expect(error?.description.contains("another user") == true)
    }

    @Test func whatIsNoFileIsRefusedWithoutHanging() throws {
        let folder = try Folder()
        #expect(mkfifo(folder.path + "/fifo", 0o600) == 0)
        for path in [folder.path, folder.path + "/fifo", folder.path + "/missing", "/dev/null"] {
            let error = #expect(throws: KeyVaultError.self) { try FileKeyProvider(path: path) }
            #expect(error?.code == .keyFile)
            #expect(error?.description.hasPrefix(path) == true)
        }
    }

    static let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
    static let entry = #"{"id":"a","created":"2026-11-21T00:00:00Z","key":"\#(key)"}"#
    static let malformed: [(text: String, expected: String)] = [
        ("", "is no JSON"),
        ("[]", "must be an object"),
        (#"{"version":2,"current":"a","keys":[\#(entry)]}"#, "/version"),
        (#"{"version":1,"current":"b","keys":[\#(entry)]}"#, "current key is not among"),
        (#"{"version":1,"current":"a","keys":[]}"#, "current key is not among"),
        (#"{"version":1,"current":"a","keys":[\#(entry),\#(entry)]}"#, "same id"),
        (#"{"version":1,"current":"A","keys":[\#(entry)]}"#, "/current"),
        (#"{"version":1,"current":"a","keys":[\#(entry)],"more":1}"#, "/more"),
        (
            #"{"version":1,"current":"a","keys":[{"id":"a","created":"2026-11-21T00:00:00Z","key":"AA"}]}"#,
            "/keys/0/key"
        ),
    ]

    @Test func whatIsNoKeyFileIsRefusedWithThePlaceAndWithoutTheKey() throws {
        let folder = try Folder()
        for (text, expected) in Self.malformed {
            try write(text, to: folder.file)
            let error = #expect(throws: KeyVaultError.self) { try FileKeyProvider(path: folder.file) }
            #expect(error?.description.contains(expected) == true, "\(text): \(error?.description ?? "")")
            #expect(error?.description.contains(Self.key) == false)
        }
        try write(String(repeating: " ", count: KeyFile.mostBytes + 1), to: folder.file)
        #expect(throws: KeyVaultError.self) { try FileKeyProvider(path: folder.file) }
    }

    @Test func aKeyUnwrapsForItsTenantPurposeAndVersionOnly() async throws {
        let folder = try Folder()
        _ = try KeyFile.create(at: folder.file)
        let provider = try FileKeyProvider(path: folder.file)
        let key = DataKey.generate()
        let wrapped = try await provider.wrap(key, context())
        #expect(bytes(try await provider.unwrap(wrapped, context())) == bytes(key))
        let moved = [
            KeyWrapContext(tenant: try EnvelopeSamples.tenant("02"), purpose: .data, version: 1),
            try context(.person), try context(version: 2),
        ]
        for context in moved {
            let error = await #expect(throws: KeyVaultError.self) { try await provider.unwrap(wrapped, context) }
            #expect(error?.code == .notAuthentic)
        }
        for index in wrapped.bytes.indices {
            var altered = wrapped.bytes
            altered[index] ^= 1
            await #expect(throws: KeyVaultError.self) {
                try await provider.unwrap(WrappedDataKey(keyID: wrapped.keyID, bytes: altered), context())
            }
        }
    }

    @Test func anAddedKeyWrapsAndTheFormerStillUnwrapsUntilItIsRemoved() async throws {
        let folder = try Folder()
        let former = try KeyFile.create(at: folder.file).currentID
        let provider = try FileKeyProvider(path: folder.file)
        let key = DataKey.generate()
        let old = try await provider.wrap(key, context())

        let later = try KeyFile.addKey(at: folder.file)
        #expect(later.ids.count == 2 && later.currentID != former)
        // Another process has added the key: this one finds it when it meets it.
        let elsewhere = try FileKeyProvider(path: folder.file)
        let fresh = try await elsewhere.wrap(key, context())
        #expect(fresh.keyID == later.currentID)
        #expect(bytes(try await provider.unwrap(fresh, context())) == bytes(key))
        #expect(bytes(try await elsewhere.unwrap(old, context())) == bytes(key))

        #expect(throws: KeyVaultError.self) { try KeyFile.removeKey(later.currentID, at: folder.file) }
        #expect(throws: KeyVaultError.self) { try KeyFile.removeKey("kek-none", at: folder.file) }
        _ = try KeyFile.removeKey(former, at: folder.file)
        try provider.reload()
        let error = await #expect(throws: KeyVaultError.self) { try await provider.unwrap(old, context()) }
        #expect(error?.code == .keyEncryptionKeyMissing)
        var status = stat()
        #expect(stat(folder.file, &status) == 0 && status.st_mode & 0o7777 == 0o600)
    }

    @Test func aFileThatTurnedBadKeepsTheKeysInMemory() async throws {
        let folder = try Folder()
        _ = try KeyFile.create(at: folder.file)
        let provider = try FileKeyProvider(path: folder.file)
        let wrapped = try await provider.wrap(.generate(), context())
        chmod(folder.file, 0o644)
        #expect(throws: KeyVaultError.self) { try provider.reload() }
        _ = try await provider.unwrap(wrapped, context())
    }
}
