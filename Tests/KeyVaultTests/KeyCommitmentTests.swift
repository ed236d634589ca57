import Crypto
import FoundationEssentials
import Testing
import WireFormat

@testable import KeyVault

/// The attack that the commitment is there for: one ciphertext whose AES-GCM tag is right under two keys (Albertini et
/// al. 2022; Dodis et al. 2018, "invisible salamanders"). It is built here from both keys, opens under either with plain
/// AES-GCM, and is refused by the envelope under every key but the one committed to.
@Suite struct KeyCommitmentTests {
    private let nonce = [UInt8](repeating: 0, count: 12)

    @Test func aCiphertextMadeForTwoKeysOpensUnderOneAtMost() throws {
        let place = try EnvelopeSamples.place()
        let reference = KeyReference.person(try EnvelopeSamples.id("dd"))
        let header = [Envelope.version] + reference.bytes
        let associated = place.associatedData(header: header)
        let salt = (0..<32).map { UInt8($0) }
        let (first, second) = (try EnvelopeSamples.key(), try EnvelopeSamples.key(first: 77))
        let (one, other) = (derive(first, salt, associated), derive(second, salt, associated))

        let (ciphertext, tag) = try salamander(one.key, other.key, associated)
        let box = try AES.GCM.SealedBox(nonce: AES.GCM.Nonce(data: nonce), ciphertext: ciphertext, tag: tag)
        #expect(try AES.GCM.open(box, using: one.key, authenticating: associated).count == ciphertext.count)
        #expect(try AES.GCM.open(box, using: other.key, authenticating: associated).count == ciphertext.count)

        for (committed, wrong) in [(one, second), (other, first)] {
            let envelope = header + salt + committed.commitment + ciphertext + tag
            let error = #expect(throws: KeyVaultError.self) { try Envelope.open(envelope, under: wrong, at: place) }
            #expect(error?.code == .notAuthentic)
        }
    }

    private func derive(
        _ key: DataKey, _ salt: [UInt8], _ associated: [UInt8]
    ) -> (key: SymmetricKey, commitment: [UInt8]) {
        let bytes = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key.symmetric, salt: salt, info: associated, outputByteCount: 64
        ).withUnsafeBytes { Array($0) }
        return (SymmetricKey(data: bytes[..<32]), Array(bytes[32...]))
    }

    /// Two blocks of ciphertext, the second chosen so that both keys give the same tag.
    private func salamander(
        _ first: SymmetricKey, _ second: SymmetricKey, _ associated: [UInt8]
    ) throws -> (ciphertext: [UInt8], tag: [UInt8]) {
        let block = FieldElement(Array("salamander block".utf8))
        let blank = FieldElement([UInt8](repeating: 0, count: 16))
        let keys = try [first, second].map { (hash: try hashKey($0), mask: try tagMask($0)) }
        // tag = C₁·H³ + X·H² + length·H + mask, plus what the associated data adds. Equal for both keys, solved for X.
        let rest = keys.map { key in
            ghash(associated, [block, blank], key.hash) + key.mask
        }
        let squares = keys.map { $0.hash * $0.hash }
        let solved = (rest[0] + rest[1]) * (squares[0] + squares[1]).inverse
        let tag = ghash(associated, [block, solved], keys[0].hash) + keys[0].mask
        return (block.bytes + solved.bytes, tag.bytes)
    }

    /// NIST SP 800-38D §6.4 over the associated data, the ciphertext and both lengths.
    private func ghash(_ associated: [UInt8], _ ciphertext: [FieldElement], _ key: FieldElement) -> FieldElement {
        var sum = FieldElement([UInt8](repeating: 0, count: 16))
        var padded = associated
        while !padded.count.isMultiple(of: 16) { padded.append(0) }
        for start in stride(from: 0, to: padded.count, by: 16) {
            sum = (sum + FieldElement(Array(padded[start..<start + 16]))) * key
        }
        for element in ciphertext { sum = (sum + element) * key }
        return (sum + lengths(associated.count, ciphertext.count * 16)) * key
    }

    private func lengths(_ associated: Int, _ ciphertext: Int) -> FieldElement {
        let bits = [UInt64(associated) * 8, UInt64(ciphertext) * 8]
        return FieldElement(bits.flatMap { withUnsafeBytes(of: $0.bigEndian) { Array($0) } })
    }

    /// The tag of nothing at all is the mask E(K, J₀).
    private func tagMask(_ key: SymmetricKey) throws -> FieldElement {
        FieldElement(Array(try AES.GCM.seal([UInt8](), using: key, nonce: AES.GCM.Nonce(data: nonce)).tag))
    }

    /// The tag of one zero block of associated data is length·H + mask, which is solved for H.
    private func hashKey(_ key: SymmetricKey) throws -> FieldElement {
        let zeros = [UInt8](repeating: 0, count: 16)
        let box = try AES.GCM.seal(
            [UInt8](), using: key, nonce: AES.GCM.Nonce(data: nonce), authenticating: zeros)
        return try (FieldElement(Array(box.tag)) + tagMask(key)) * lengths(16, 0).inverse
    }
}

/// An element of GF(2^128) as GCM writes it (NIST SP 800-38D §6.3): the first bit is the coefficient of x⁰.
private struct FieldElement {
    let high: UInt64
    let low: UInt64

    init(_ bytes: [UInt8]) {
        high = bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes[8...].reduce(0) { $0 << 8 | UInt64($1) }
    }

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    var bytes: [UInt8] { [high, low].flatMap { withUnsafeBytes(of: $0.bigEndian) { Array($0) } } }

    static func + (a: FieldElement, b: FieldElement) -> FieldElement {
        FieldElement(high: a.high ^ b.high, low: a.low ^ b.low)
    }

    static func * (a: FieldElement, b: FieldElement) -> FieldElement {
        var product = FieldElement(high: 0, low: 0)
        var factor = b
        for bit in 0..<128 {
            let word = bit < 64 ? a.high : a.low
            if word >> UInt64(63 - bit % 64) & 1 == 1 { product = product + factor }
            let carry = factor.low & 1
            factor = FieldElement(
                high: factor.high >> 1 ^ (carry == 1 ? 0xE1 << 56 : 0), low: factor.low >> 1 | factor.high << 63)
        }
        return product
    }

    /// a^(2^128 − 2).
    var inverse: FieldElement {
        var power = self
        var result = FieldElement(high: 1 << 63, low: 0)
        for _ in 1..<128 {
            power = power * power
            result = result * power
        }
        return result
    }
}
