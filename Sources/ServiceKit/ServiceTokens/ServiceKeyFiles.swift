import Crypto
public import WireFormat

/// Why a key file is not taken. The text is one clear line.
public struct ServiceKeyError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file and the cause.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// A service's new key: what goes into its key file, and what goes into everybody's registry.
public struct GeneratedServiceKey: Sendable {
    /// The service.
    public let service: ServiceName
    /// The key's identifier, which holds the service's name and a random part.
    public let kid: String
    /// The content of the key file, which must be written with mode 0600.
    public let keyFile: Redacted<[UInt8]>
    /// The public key, base64url.
    public let publicKey: String
}

/// The files that service keys live in.
///
/// Key file (mode 0600): `{"service": "hr", "kid": "hr-…", "seed": "<base64url>"}`.
/// Registry: `{"services": [{"name": "hr", "keys": [{"kid": "hr-…", "public_key": "<base64url>"}]}]}`.
public enum ServiceKeyFiles {
    /// A new key for a service.
    public static func generate(for service: ServiceName) -> GeneratedServiceKey {
        let key = Curve25519.Signing.PrivateKey()
        let publicKey = Array(key.publicKey.rawRepresentation)
        // The kid is derived from the key: it cannot be given to two keys by mistake.
        let kid = service.text + "-" + Base64URL.encode(Array(SHA256.hash(data: publicKey)).prefix(9))
        let file = JSONValue.object([
            "service": .string(service.text), "kid": .string(kid),
            "seed": .string(Base64URL.encode(Array(key.rawRepresentation))),
        ])
        return GeneratedServiceKey(
            service: service, kid: kid, keyFile: Redacted(file.bytes() + [UInt8(ascii: "\n")]),
            publicKey: Base64URL.encode(publicKey))
    }

    /// The content of a registry of keys; several keys of one service are an overlap.
    public static func registry(of keys: [GeneratedServiceKey]) -> [UInt8] {
        registry(of: keys.map { ($0.service, $0.kid, $0.publicKey) })
    }

    /// The content of a registry of public keys (base64url) by service and kid.
    public static func registry(of keys: [(service: ServiceName, kid: String, publicKey: String)]) -> [UInt8] {
        var names: [ServiceName] = []
        for key in keys where !names.contains(key.service) { names.append(key.service) }
        let services = names.map { name in
            JSONValue.object([
                "name": .string(name.text),
                "keys": .array(
                    keys.filter { $0.service == name }
                        .map { .object(["kid": .string($0.kid), "public_key": .string($0.publicKey)]) }),
            ])
        }
        return JSONValue.object(["services": .array(services)]).bytes() + [UInt8(ascii: "\n")]
    }

    /// The keys of a registry: service, kid and public key (base64url).
    public static func readRegistry(
        _ bytes: [UInt8], path: String
    ) throws(ServiceKeyError) -> [(service: ServiceName, kid: String, publicKey: String)] {
        let root = try object(bytes, path: path, members: ["services"])
        guard let services = root["services"]?.array else { throw ServiceKeyError("\(path): `services` is no array") }
        var keys: [(service: ServiceName, kid: String, publicKey: String)] = []
        for service in services {
            guard let members = service.object, Set(members.keys) == ["name", "keys"],
                let name = members["name"]?.string.flatMap(ServiceName.init), let list = members["keys"]?.array
            else { throw ServiceKeyError("\(path): a service must have `name` and `keys`, and nothing else") }
            for key in list {
                guard let members = key.object, Set(members.keys) == ["kid", "public_key"],
                    let kid = members["kid"]?.string, let publicKey = members["public_key"]?.string
                else { throw ServiceKeyError("\(path): a key of `\(name)` must have `kid` and `public_key`") }
                keys.append((name, kid, publicKey))
            }
        }
        return keys
    }

    static func readKey(
        _ bytes: [UInt8], path: String, service: ServiceName
    ) throws(ServiceKeyError) -> (kid: String, seed: [UInt8]) {
        let root = try object(bytes, path: path, members: ["service", "kid", "seed"])
        guard root["service"]?.string == service.text else {
            throw ServiceKeyError("\(path): the key is not one of service `\(service)`")
        }
        guard let kid = root["kid"]?.string, isKeyID(kid) else {
            throw ServiceKeyError("\(path): `kid` must be 1 to 64 letters, digits, `-` and `_`")
        }
        guard let seed = root["seed"]?.string.flatMap({ Base64URL.decode($0) }), seed.count == 32 else {
            throw ServiceKeyError("\(path): `seed` must be 32 bytes in base64url")
        }
        return (kid, seed)
    }

    static func isKeyID(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    private static func object(
        _ bytes: [UInt8], path: String, members: Set<String>
    ) throws(ServiceKeyError) -> [String: JSONValue] {
        let root: [String: JSONValue]?
        do {
            root = try JSONValue.parse(bytes).object
        } catch {
            throw ServiceKeyError("\(path): not JSON: \(error.detail) at byte \(error.offset)")
        }
        guard let root, Set(root.keys) == members else {
            throw ServiceKeyError("\(path): must be an object of \(members.sorted().joined(separator: ", "))")
        }
        return root
    }

    /// Reads a whole regular file; a private one must belong to mode 0600 or less.
    static func read(_ path: String, isPrivate: Bool) throws(ServiceKeyError) -> [UInt8] {
        do {
            return try KeyMaterialFile.read(path, isPrivate: isPrivate)
        } catch {
            throw ServiceKeyError(error.description)
        }
    }
}
