import Crypto
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
    static let tagBytes = EnvelopeCipher.tagBytes
    static let headerBytes = 1 + KeyReference.byteCount
    /// What sealing adds, before padding.
    static let overhead = headerBytes + saltBytes + commitmentBytes + tagBytes
    /// Values are padded to a multiple of this (ISO/IEC 7816-4), so that a salary's length does not tell its size.
    static let paddingBlock = 32

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
        var padded = pad(plain)
        defer { wipe(&padded) }
        var envelope = header + salt
        envelope.append(contentsOf: repeatElement(0, count: commitmentBytes + padded.count + tagBytes))
        let commitmentStart = headerBytes + saltBytes
        let isSealed = envelope.withUnsafeMutableBytes { envelope in
            padded.withUnsafeBytes { padded in
                withDerived(key, salt: UnsafeRawBufferPointer(envelope)[headerBytes..<commitmentStart], associated) {
                    derived, associated in
                    let rest = UnsafeMutableRawBufferPointer(rebasing: envelope[commitmentStart...])
                    rest[..<commitmentBytes].copyBytes(from: derived.commitment)
                    return EnvelopeCipher.seal(
                        padded, key: derived.encryption, associated: associated,
                        into: UnsafeMutableRawBufferPointer(rebasing: rest[commitmentBytes...]))
                }
            }
        }
        guard isSealed == true else { throw KeyVaultError(.malformed, "the value could not be sealed") }
        return envelope
    }

    static func open(
        _ envelope: [UInt8], under key: DataKey, at place: SealedPlace
    ) throws(KeyVaultError) -> [UInt8] {
        _ = try reference(of: envelope)
        let associated = place.associatedData(header: envelope[..<headerBytes])
        let (saltEnd, commitmentEnd) = (headerBytes + saltBytes, headerBytes + saltBytes + commitmentBytes)
        var padded = [UInt8](repeating: 0, count: envelope.count - commitmentEnd - tagBytes)
        defer { wipe(&padded) }
        let isAuthentic = padded.withUnsafeMutableBytes { padded in
            envelope.withUnsafeBytes { envelope in
                withDerived(key, salt: envelope[headerBytes..<saltEnd], associated) { derived, associated in
                    ConstantTime.equal(derived.commitment, envelope[saltEnd..<commitmentEnd])
                        && EnvelopeCipher.open(
                            UnsafeRawBufferPointer(rebasing: envelope[commitmentEnd...]), key: derived.encryption,
                            associated: associated, into: padded)
                }
            }
        }
        guard let isAuthentic else { throw KeyDerivation.failed }
        guard isAuthentic else { throw notAuthentic }
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
        let encryption: UnsafeRawBufferPointer
        let commitment: UnsafeRawBufferPointer
    }

    /// Gives `body` what is derived for one value, and clears it afterwards.
    ///
    /// - Returns: nil when libcrypto could not derive it.
    private static func withDerived(
        _ key: DataKey, salt: Slice<UnsafeRawBufferPointer>, _ associated: [UInt8],
        _ body: (Derived, UnsafeRawBufferPointer) -> Bool
    ) -> Bool? {
        associated.withUnsafeBytes { associated in
            withUnsafeTemporaryAllocation(byteCount: DataKey.byteCount + commitmentBytes, alignment: 16) { both in
                defer { wipe(both) }
                guard
                    KeyDerivation.derive(
                        key, salt: UnsafeRawBufferPointer(rebasing: salt), info: associated, into: both)
                else { return nil }
                let bytes = UnsafeRawBufferPointer(both)
                let derived = Derived(
                    encryption: UnsafeRawBufferPointer(rebasing: bytes[..<DataKey.byteCount]),
                    commitment: UnsafeRawBufferPointer(rebasing: bytes[DataKey.byteCount...]))
                return body(derived, associated)
            }
        }
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
