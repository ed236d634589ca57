/// What an authenticator signs (WebAuthn L2 §6.1): for whom, what the person did, how often the key was used, and in a
/// registration the new credential.
package struct AuthenticatorData: Sendable, Hashable {
    /// The flags' byte.
    package struct Flags: OptionSet, Sendable, Hashable {
        /// The byte.
        package let rawValue: UInt8

        /// All of a byte.
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// UP: somebody touched it.
        package static let userPresent = Flags(rawValue: 1)
        /// UV: it was the right person, by fingerprint, PIN or the like.
        package static let userVerified = Flags(rawValue: 1 << 2)
        /// BE: the credential may be copied to other devices (L3 §6.1.3).
        package static let backupEligible = Flags(rawValue: 1 << 3)
        /// BS: it is.
        package static let backedUp = Flags(rawValue: 1 << 4)
        /// AT: a credential follows.
        package static let attested = Flags(rawValue: 1 << 6)
        /// ED: extensions follow.
        package static let extended = Flags(rawValue: 1 << 7)
    }

    /// A new credential (§6.5.1).
    package struct AttestedCredential: Sendable, Hashable {
        /// The model; zeroes when it keeps that to itself. 16 bytes.
        package let aaguid: [UInt8]
        /// 1 to 1023 bytes.
        package let id: [UInt8]
        /// The key.
        package let key: CredentialPublicKey
    }

    /// The longest id that an authenticator may give (L3 §5.8.1 step on `credentialIdLength`).
    package static let longestID = 1023

    /// The bytes that were signed.
    package let raw: [UInt8]
    /// SHA-256 of the relying party's id.
    package let relyingPartyHash: [UInt8]
    /// What was done.
    package let flags: Flags
    /// How often the key was used; zero for authenticators that do not count.
    package let signCount: UInt32
    /// Nil in an assertion.
    package let credential: AttestedCredential?
    /// The extensions' outputs, a map; nil when there are none.
    package let extensions: CBORValue?

    /// Reads all of `bytes`.
    package init(_ bytes: [UInt8]) throws(WebAuthnError) {
        func wrong(_ detail: String) -> WebAuthnError { WebAuthnError(.authenticatorData, detail) }
        guard bytes.count >= 37 else { throw wrong("it is cut short") }
        raw = bytes
        relyingPartyHash = Array(bytes[0..<32])
        flags = Flags(rawValue: bytes[32])
        signCount = bytes[33..<37].reduce(0) { $0 << 8 | UInt32($1) }
        var position = 37
        if flags.contains(.attested) {
            guard bytes.count >= position + 18 else { throw wrong("the credential is cut short") }
            let aaguid = Array(bytes[position..<position + 16])
            let length = Int(bytes[position + 16]) << 8 | Int(bytes[position + 17])
            position += 18
            guard (1...Self.longestID).contains(length) else {
                throw WebAuthnError(.credentialID, "its id must have 1 to \(Self.longestID) bytes")
            }
            guard bytes.count >= position + length else { throw wrong("the credential's id is cut short") }
            let id = Array(bytes[position..<position + length])
            position += length
            let (value, end) = try Self.item(bytes, from: position)
            credential = AttestedCredential(
                aaguid: aaguid, id: id, key: try CredentialPublicKey(value, cose: Array(bytes[position..<end])))
            position = end
        } else {
            credential = nil
        }
        if flags.contains(.extended) {
            let (value, end) = try Self.item(bytes, from: position)
            guard case .map = value else { throw wrong("the extensions are no map") }
            extensions = value
            position = end
        } else {
            extensions = nil
        }
        guard position == bytes.count else { throw wrong("bytes follow it") }
    }

    private static func item(_ bytes: [UInt8], from start: Int) throws(WebAuthnError) -> (CBORValue, end: Int) {
        var reader = CBORReader(bytes, from: start)
        do {
            return (try reader.value(), reader.position)
        } catch {
            throw WebAuthnError(.authenticatorData, error.description)
        }
    }
}
