import Crypto
import FoundationEssentials
import WireFormat

/// The sealed form of a value, version 1:
///
/// | bytes | what |
/// | --- | --- |
/// | 1 | version, `0x01` |
/// | 17 | which key (`KeyReference`) |
/// | 32 | random salt |
/// | 32 | commitment to the key, the salt and the associated data |
/// | n + 16 | AES-256-GCM ciphertext of the padded value, and its tag |
///
/// From the data key, `HKDF-SHA-256(key, salt, info: associated data)` gives 64 bytes: an AES key of this one value, and
/// the commitment. The AES key is used once, so the nonce is constant. AES-GCM alone does not commit: one ciphertext can
/// be made to open under two keys. Here that needs a collision of HMAC-SHA-256 in the commitment, which is compared first.
///
/// Source: the derivation of AWS Encryption SDK algorithm suite 0x0478 (commitment and message key by HKDF from a data
/// key and a random message id), and Albertini et al., "How to Abuse and Fix Authenticated Encryption Without Key
/// Commitment", USENIX Security 2022, §5. See docs/decisions/0002-key-committing-envelope.md.
enum Envelope {
    static let version: UInt8 = 1
    static let saltBytes = 32
    static let commitmentBytes = 32
    static let tagBytes = 16
    static let headerBytes = 1 + KeyReference.byteCount
    /// What sealing adds, before padding.
    static let overhead = headerBytes + saltBytes + commitmentBytes + tagBytes
    /// Values are padded to a multiple of this (ISO/IEC 7816-4), so that a salary's length does not tell its size.
    static let paddingBlock = 32

    /// INVARIANT: never used twice with one AES key, because every value has its own salt.
    private static let nonceBytes = [UInt8](repeating: 0, count: 12)

    static func seal(
        _ plain: [UInt8], under key: DataKey, _ reference: KeyReference, at place: SealedPlace,
        salt: [UInt8] = randomSalt()
    ) throws(KeyVaultError) -> [UInt8] {
        guard plain.count <= SealLimits.plainBytes else {
            throw KeyVaultError(
                .tooLong, "a value of \(plain.count) bytes; at most \(SealLimits.plainBytes) are sealed")
        }
        let header = [version] + reference.bytes
        let associated = place.associatedData(header: header)
        let derived = try derive(key, salt: salt, associated: associated)
        var padded = pad(plain)
        defer { wipe(&padded) }
        do {
            let box = try AES.GCM.seal(
                padded, using: derived.encryption, nonce: AES.GCM.Nonce(data: nonceBytes), authenticating: associated)
            return header + salt + derived.commitment + box.ciphertext + box.tag
        } catch {
            throw KeyVaultError(.malformed, "the value could not be sealed")
        }
    }

    static func open(
        _ envelope: [UInt8], under key: DataKey, at place: SealedPlace
    ) throws(KeyVaultError) -> [UInt8] {
        _ = try reference(of: envelope)
        let saltEnd = headerBytes + saltBytes
        let commitmentEnd = saltEnd + commitmentBytes
        let header = Array(envelope[..<headerBytes])
        let associated = place.associatedData(header: header)
        let derived = try derive(key, salt: Array(envelope[headerBytes..<saltEnd]), associated: associated)
        guard ConstantTime.equal(derived.commitment, envelope[saltEnd..<commitmentEnd]) else { throw notAuthentic }
        var padded: [UInt8]
        do {
            let tagStart = envelope.count - tagBytes
            let box = try AES.GCM.SealedBox(
                nonce: AES.GCM.Nonce(data: nonceBytes), ciphertext: envelope[commitmentEnd..<tagStart],
                tag: envelope[tagStart...])
            padded = try Array(AES.GCM.open(box, using: derived.encryption, authenticating: associated))
        } catch {
            throw notAuthentic
        }
        defer { wipe(&padded) }
        return try unpad(padded)
    }

    /// Which key opens the envelope; checks its form on the way.
    static func reference(of envelope: [UInt8]) throws(KeyVaultError) -> KeyReference {
        guard let first = envelope.first else { throw KeyVaultError(.malformed, "an empty envelope") }
        guard first == version else {
            throw KeyVaultError(.unknownVersion, "an envelope of version \(first); this release reads \(version)")
        }
        let most = overhead + SealLimits.plainBytes + paddingBlock
        guard envelope.count >= overhead + paddingBlock, envelope.count <= most,
            let reference = KeyReference(bytes: envelope[1..<headerBytes])
        else { throw KeyVaultError(.malformed, "the bytes are no envelope") }
        return reference
    }

    static func randomSalt() -> [UInt8] {
        SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
    }

    private static var notAuthentic: KeyVaultError {
        KeyVaultError(.notAuthentic, "the value does not open here: altered, moved, or under another key")
    }

    private struct Derived {
        let encryption: SymmetricKey
        let commitment: [UInt8]
    }

    private static func derive(
        _ key: DataKey, salt: [UInt8], associated: [UInt8]
    ) throws(KeyVaultError) -> Derived {
        var both = try KeyDerivation.derive(
            key, salt: salt, info: associated, count: DataKey.byteCount + commitmentBytes)
        defer { wipe(&both) }
        return Derived(
            encryption: SymmetricKey(data: both[..<DataKey.byteCount]), commitment: Array(both[DataKey.byteCount...]))
    }

    /// Appends `0x80` and zeros up to a multiple of `paddingBlock`.
    private static func pad(_ plain: [UInt8]) -> [UInt8] {
        let length = (plain.count / paddingBlock + 1) * paddingBlock
        var padded: [UInt8] = []
        padded.reserveCapacity(length)
        padded.append(contentsOf: plain)
        padded.append(0x80)
        padded.append(contentsOf: repeatElement(0, count: length - padded.count))
        return padded
    }

    private static func unpad(_ padded: [UInt8]) throws(KeyVaultError) -> [UInt8] {
        guard let end = padded.lastIndex(where: { $0 != 0 }), padded[end] == 0x80 else { throw notAuthentic }
        return Array(padded[..<end])
    }
}
