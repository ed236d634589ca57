import Glibc
import WireFormat

/// The file of key-encryption keys: JSON, readable by its owner alone.
///
/// ```json
/// {"version": 1, "current": "kek-…", "keys": [{"id": "kek-…", "created": "2026-11-21T09:30:00Z", "key": "base64url"}]}
/// ```
///
/// `current` wraps; the others only unwrap, until every service has wrapped its tenant keys anew.
public struct KeyFile: Sendable {
    static let version = 1
    /// More keys than any rotation leaves behind.
    static let mostKeys = 64
    /// Bytes of the largest file that is read.
    static let mostBytes = 65_536

    struct Key: Sendable {
        let id: String
        let created: Instant
        let key: DataKey
    }

    let current: String
    let keys: [Key]

    /// The ids of the keys, in the order of the file.
    public var ids: [String] { keys.map(\.id) }

    /// The id of the key that wraps.
    public var currentID: String { current }

    /// The key with this id.
    func key(_ id: String) -> DataKey? { keys.first { $0.id == id }?.key }

    /// Makes a new key.
    static func newKey(at instant: Instant) -> Key {
        let id = UUIDv7.generate(at: instant).text
        return Key(id: "kek-\(id)", created: instant, key: .generate())
    }

    static func idComplaint(_ id: String) -> String? {
        let allowed = id.utf8.allSatisfy { character in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(character)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) || character == UInt8(ascii: "-")
        }
        return allowed && !id.isEmpty && id.utf8.count <= 64 ? nil : "must be 1 to 64 of a-z, 0-9 and -"
    }
}

extension KeyFile {
    /// Reads a file's contents. The path is for the error only.
    static func parse(_ bytes: [UInt8], path: String) throws(KeyVaultError) -> KeyFile {
        let contents: Contents
        do {
            contents = try Contents.decode(from: JSONValue.parse(bytes))
        } catch let error as FieldErrors {
            let first = error.errors.first.map { "\($0.pointer) \($0.detail)" } ?? "is malformed"
            throw KeyVaultError(.keyFile, "\(path): \(first)")
        } catch {
            throw KeyVaultError(.keyFile, "\(path): is no JSON")
        }
        guard Set(contents.keys.map(\.id)).count == contents.keys.count else {
            throw KeyVaultError(.keyFile, "\(path): two keys have the same id")
        }
        guard contents.keys.contains(where: { $0.id == contents.current }) else {
            throw KeyVaultError(.keyFile, "\(path): the current key is not among the keys")
        }
        var keys: [Key] = []
        for entry in contents.keys {
            var bytes = entry.key
            guard let key = DataKey(consuming: &bytes) else {
                throw KeyVaultError(.keyFile, "\(path): key \(entry.id) is not \(DataKey.byteCount) bytes")
            }
            keys.append(Key(id: entry.id, created: entry.created, key: key))
        }
        return KeyFile(current: contents.current, keys: keys)
    }

    /// The file's contents.
    func serialized() -> [UInt8] {
        let entries = keys.map { key in
            let text = key.key.withBytes { Base64URL.encode($0) }
            return JSONValue.object(["id": .string(key.id), "created": key.created.wire, "key": .string(text)])
        }
        let contents: JSONValue = [
            "version": .integer(Int64(Self.version)), "current": .string(current), "keys": .array(entries),
        ]
        return contents.bytes() + [UInt8(ascii: "\n")]
    }

    private struct Contents: WireBody {
        let current: String
        let keys: [Entry]

        init(fields: inout FieldReader) {
            _ = fields.required("version", Int.self) { $0 == KeyFile.version ? nil : "must be \(KeyFile.version)" }
            current = fields.required("current", check: KeyFile.idComplaint)
            keys = fields.bodies("keys", most: KeyFile.mostKeys)
        }
    }

    private struct Entry: WireBody {
        let id: String
        let created: Instant
        let key: [UInt8]

        init(fields: inout FieldReader) {
            id = fields.required("id", check: KeyFile.idComplaint)
            created = fields.required("created")
            let text = fields.required("key", String.self)
            key = Base64URL.decode(text) ?? []
            if key.count != DataKey.byteCount { fields.fail("key", "must be \(DataKey.byteCount) bytes as base64url") }
        }
    }
}
