import Crypto
import IdentityClient
import WireFormat

/// Another program that asks for tokens with a key of its own, for one organisation.
struct Client: Sendable {
    let id: UUIDv7
    let tenant: TenantID
    let roles: [Role]
    let keys: ClientKeySet
    /// No token issued before this is valid.
    let notBefore: Instant
}

/// A client's public keys (a JWK set): the ones that it may sign assertions with.
struct ClientKeySet: Sendable {
    /// Two for a roll-over, and some room.
    static let mostKeys = 8
    /// Long enough for a thumbprint with a prefix.
    static let longestKeyID = 128

    /// A key and the one algorithm that it signs with.
    enum Key: Sendable {
        case rs256(RSAVerificationKey)
        case es256(P256.Signing.PublicKey)
        case edDSA(Curve25519.Signing.PublicKey)

        var algorithm: String {
            switch self {
            case .rs256: "RS256"
            case .es256: "ES256"
            case .edDSA: "EdDSA"
            }
        }

        func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
            switch self {
            case .rs256(let key): key.verifies(signature: signature, of: message)
            case .es256(let key):
                (try? P256.Signing.ECDSASignature(rawRepresentation: signature))
                    .map { key.isValidSignature($0, for: message) } ?? false
            case .edDSA(let key): key.isValidSignature(signature, for: message)
            }
        }
    }

    /// The algorithms of assertions.
    static let algorithms = ["RS256", "ES256", "EdDSA"]

    let keys: [String: Key]
    /// As it is stored.
    let wire: JSONValue

    /// Judges a whole set: one bad key refuses it.
    init(wire: JSONValue) throws(WireValueError) {
        guard let members = wire.object, members.count == 1, let list = members["keys"]?.array else {
            throw WireValueError("must be a JWK set: an object with `keys` alone")
        }
        guard (1...Self.mostKeys).contains(list.count) else {
            throw WireValueError("must have 1 to \(Self.mostKeys) keys", at: "/keys")
        }
        var keys: [String: Key] = [:]
        for (index, entry) in list.enumerated() {
            let place = "/keys/\(index)"
            guard let kid = entry["kid"]?.string, (1...Self.longestKeyID).contains(kid.utf8.count) else {
                throw WireValueError("must be 1 to \(Self.longestKeyID) bytes", at: place + "/kid")
            }
            guard entry["d"] == nil else { throw WireValueError("is a private key; send the public half", at: place) }
            guard let key = Self.key(entry) else {
                throw WireValueError(
                    "must be an RSA key of 2048 bits or more, a P-256 key or an Ed25519 key, with its `alg`", at: place)
            }
            guard keys.updateValue(key, forKey: kid) == nil else {
                throw WireValueError("is the id of another key too", at: place + "/kid")
            }
        }
        self.keys = keys
        self.wire = wire
    }

    private static func key(_ entry: JSONValue) -> Key? {
        func bytes(_ name: String) -> [UInt8]? { entry[name]?.string.flatMap { Base64URL.decode($0) } }
        switch (entry["kty"]?.string, entry["alg"]?.string, entry["crv"]?.string) {
        case ("RSA", "RS256", nil):
            guard let n = bytes("n"), let e = bytes("e") else { return nil }
            return RSAVerificationKey(modulus: n, exponent: e).map(Key.rs256)
        case ("EC", "ES256", "P-256"):
            guard let x = bytes("x"), let y = bytes("y"), x.count == 32, y.count == 32 else { return nil }
            return (try? P256.Signing.PublicKey(rawRepresentation: x + y)).map(Key.es256)
        case ("OKP", "EdDSA", "Ed25519"):
            guard let x = bytes("x") else { return nil }
            return (try? Curve25519.Signing.PublicKey(rawRepresentation: x)).map(Key.edDSA)
        default: return nil
        }
    }
}

extension ClientKeySet: WireValue {
    private init() {
        keys = [:]
        wire = .null
    }

    static var placeholder: ClientKeySet { ClientKeySet() }
}
