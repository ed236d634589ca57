import Crypto
import WireFormat

/// An Ed25519 key that a note's reader trusts, under its name (C2SP `signed-note`).
public struct NoteVerifier: Sendable, Hashable, CustomStringConvertible {
    private static let algorithm: UInt8 = 0x01
    private static let mostNameBytes = 256

    /// The key's name; for a log, its origin.
    public let name: String
    /// The 32 bytes of the public key.
    public let publicKey: [UInt8]

    /// A key with its name.
    public init(name: String, publicKey: [UInt8]) throws(NoteError) {
        guard Self.isName(name) else { throw NoteError(.invalidKey, "`\(name)` is no name of a key") }
        guard (try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey)) != nil else {
            throw NoteError(.invalidKey, "the public key of `\(name)` is not 32 bytes")
        }
        self.name = name
        self.publicKey = publicKey
    }

    /// Reads `name+keyid+base64(algorithm ‖ key)`, the form that witnesses and tools exchange.
    public init(_ text: String) throws(NoteError) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let key = StandardBase64.decode(parts[2]), key.first == Self.algorithm else {
            throw NoteError(.invalidKey, "a verifier key reads name+keyid+base64")
        }
        try self.init(name: String(parts[0]), publicKey: Array(key.dropFirst()))
        guard description == text else { throw NoteError(.invalidKey, "the key id is not the key's") }
    }

    /// The first four bytes of `SHA-256(name ‖ 0x0A ‖ algorithm ‖ key)`.
    public var keyID: UInt32 {
        let digest = SHA256.hash(data: Array(name.utf8) + [0x0A, Self.algorithm] + publicKey)
        return digest.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }

    /// `name+keyid+base64(algorithm ‖ key)`.
    public var description: String {
        let id = withUnsafeBytes(of: keyID.bigEndian) { Hex.encode($0) }
        return "\(name)+\(id)+\(StandardBase64.encode([Self.algorithm] + publicKey))"
    }

    func isValid(_ signature: [UInt8], of text: String) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
        return key.isValidSignature(signature, for: Array(text.utf8))
    }

    /// Not empty, without white space, control characters and `+`.
    static func isName(_ name: some StringProtocol) -> Bool {
        !name.isEmpty && name.utf8.count <= mostNameBytes
            && name.unicodeScalars.allSatisfy {
                !$0.properties.isWhitespace && $0.properties.generalCategory != .control && $0 != "+"
            }
    }
}

/// An Ed25519 key that signs notes under its name.
public struct NoteSigner: Sendable, CustomStringConvertible, CustomReflectable {
    /// What the readers of its notes trust.
    public let verifier: NoteVerifier
    private let key: Curve25519.Signing.PrivateKey

    /// The key with these 32 secret bytes.
    public init(name: String, privateKey: [UInt8]) throws(NoteError) {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: privateKey) else {
            throw NoteError(.invalidKey, "the private key of `\(name)` is not 32 bytes")
        }
        self.key = key
        verifier = try NoteVerifier(name: name, publicKey: Array(key.publicKey.rawRepresentation))
    }

    /// The 32 secret bytes of a new key, for its owner to seal.
    public static func newPrivateKey() -> [UInt8] { Array(Curve25519.Signing.PrivateKey().rawRepresentation) }

    func signature(of text: String) throws(NoteError) -> SignedNote.Signature {
        do {
            let bytes = Array(try key.signature(for: Array(text.utf8)))
            return SignedNote.Signature(name: verifier.name, keyID: verifier.keyID, bytes: bytes)
        } catch {
            throw NoteError(.invalidKey, "`\(verifier.name)` could not sign")
        }
    }

    /// The public half only.
    public var description: String { "signer \(verifier)" }
    /// Shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
