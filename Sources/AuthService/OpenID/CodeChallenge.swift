import Crypto
import WireFormat

/// PKCE (RFC 7636) by S256, the only method: `plain` shows the verifier to whoever sees the request.
struct CodeChallenge: Sendable, Hashable {
    /// The only `code_challenge_method`.
    static let method = "S256"
    /// RFC 7636 §4.1.
    private static let verifierLength = 43...128

    let text: String

    /// Nil for what SHA-256 cannot have given.
    init?(_ text: String) {
        guard let bytes = Base64URL.decode(text), bytes.count == SHA256.byteCount else { return nil }
        self.text = text
    }

    /// Whether `verifier` is what it was made of.
    func isMet(by verifier: String) -> Bool {
        guard Self.verifierLength.contains(verifier.utf8.count),
            verifier.utf8.allSatisfy({ byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-._~".utf8.contains(byte)
            })
        else { return false }
        let digest = Base64URL.encode(Array(SHA256.hash(data: Array(verifier.utf8))))
        return ConstantTime.equal(Array(digest.utf8), Array(text.utf8))
    }
}
