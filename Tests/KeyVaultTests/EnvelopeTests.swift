import Crypto
import Testing
import WireFormat

@testable import KeyVault

@Suite struct EnvelopeTests {
    private func reference() throws -> KeyReference { .person(try EnvelopeSamples.id("dd")) }

    private func sealed(_ plain: [UInt8] = Array("1234.50 EUR".utf8)) throws -> [UInt8] {
        try Envelope.seal(plain, under: EnvelopeSamples.key(), reference(), at: EnvelopeSamples.place())
    }

    private func refused(_ envelope: [UInt8], at place: SealedPlace, _ comment: Comment? = nil) throws {
        let key = try EnvelopeSamples.key()
        #expect(throws: KeyVaultError.self, comment) { try Envelope.open(envelope, under: key, at: place) }
    }

    @Test(arguments: [0, 1, 31, 32, 33, 63, 64, 1000, SealLimits.plainBytes])
    func aValueOpensAsItWasSealed(length: Int) throws {
        let plain = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
        let envelope = try sealed(plain)
        #expect(try Envelope.open(envelope, under: EnvelopeSamples.key(), at: EnvelopeSamples.place()) == plain)
        #expect(try Envelope.reference(of: envelope) == reference())
    }

    @Test func aValueThatIsTooLongIsRefused() throws {
        let error = #expect(throws: KeyVaultError.self) {
            try sealed([UInt8](repeating: 1, count: SealLimits.plainBytes + 1))
        }
        #expect(error?.code == .tooLong)
    }

    /// Made by Python's `cryptography` from the description in `Envelope`.
    @Test func theEnvelopeIsWhatAnotherProgramMakes() throws {
        let envelope = try Envelope.seal(
            Array("1234.50 EUR".utf8), under: EnvelopeSamples.key(), reference(), at: EnvelopeSamples.place(),
            salt: (0..<32).map { 100 + UInt8($0) })
        let golden =
            "01020193e2a17b3c7c008a000000000000dd6465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f80818283"
            + "2be09f4967b35bcc3fc456f24aaab1457ce733d0adc84f3acd042f0ff59c0f2201034ed41cd077e07754d16ce96afe59"
            + "4dd34cc0d0fdbb9f6e179d92b329cd3a032999c8add254e9284684e73ef512a5"
        #expect(Hex.encode(envelope) == golden)
    }

    @Test func theSameValueTwiceLooksDifferent() throws {
        #expect(try sealed() != sealed())
    }

    @Test func shortValuesAllHaveTheSameLength() throws {
        let lengths = try Set(["", "1.00", "123456789.99", "a@b.example"].map { try sealed(Array($0.utf8)).count })
        #expect(lengths.count == 1)
    }

    @Test func everyFlippedBitIsRefused() throws {
        let envelope = try sealed()
        let place = try EnvelopeSamples.place()
        for index in envelope.indices {
            for bit in 0..<8 {
                var altered = envelope
                altered[index] ^= 1 << UInt8(bit)
                try refused(altered, at: place, "byte \(index), bit \(bit)")
            }
        }
    }

    @Test func everyOtherLengthIsRefused() throws {
        let envelope = try sealed()
        let place = try EnvelopeSamples.place()
        for length in 0..<envelope.count { try refused(Array(envelope[..<length]), at: place) }
        try refused(envelope + [0], at: place)
        try refused(envelope + envelope, at: place)
    }

    @Test func anotherVersionIsRefusedByName() throws {
        var envelope = try sealed()
        envelope[0] = 2
        let error = #expect(throws: KeyVaultError.self) {
            try Envelope.open(envelope, under: EnvelopeSamples.key(), at: EnvelopeSamples.place())
        }
        #expect(error?.code == .unknownVersion)
    }

    @Test func aMovedValueDoesNotOpen() throws {
        let envelope = try sealed()
        try refused(envelope, at: EnvelopeSamples.place(tenant: "02"), "another tenant")
        try refused(envelope, at: EnvelopeSamples.place(table: "contractor"), "another table")
        try refused(envelope, at: EnvelopeSamples.place(column: "bonus"), "another column")
        try refused(envelope, at: EnvelopeSamples.place(row: "de"), "another row")
        // The same letters, divided otherwise.
        try refused(envelope, at: EnvelopeSamples.place(table: "employees", column: "alary"))
    }

    @Test func anotherKeyDoesNotOpenIt() throws {
        let error = #expect(throws: KeyVaultError.self) {
            try Envelope.open(sealed(), under: EnvelopeSamples.key(first: 1), at: EnvelopeSamples.place())
        }
        #expect(error?.code == .notAuthentic)
    }

    @Test func anEnvelopeThatNamesAnotherKeyDoesNotOpen() throws {
        var envelope = try sealed()
        envelope.replaceSubrange(
            1..<Envelope.headerBytes, with: KeyReference.person(try EnvelopeSamples.id("de")).bytes)
        try refused(envelope, at: EnvelopeSamples.place())
        envelope.replaceSubrange(1..<Envelope.headerBytes, with: KeyReference.tenantData(version: 1).bytes)
        try refused(envelope, at: EnvelopeSamples.place())
    }

    @Test func aReferenceReadsBackAndHasOneSpelling() throws {
        for reference in [
            KeyReference.tenantData(version: 1), .tenantData(version: .max), .person(try EnvelopeSamples.id("dd")),
            .personWrapping(version: 7), .keyEncryption(id: "kek-1"),
        ] {
            #expect(KeyReference(bytes: reference.bytes[...]) == reference)
        }
        let zero = [UInt8](repeating: 0, count: 17)
        let broken: [[UInt8]] = [
            zero, [1] + zero.dropFirst(), [2] + zero.dropFirst(), [9] + zero.dropFirst(), [1], [],
        ]
        for bytes in broken {
            #expect(KeyReference(bytes: bytes[...]) == nil)
        }
        var padded = KeyReference.tenantData(version: 1).bytes
        padded[3] = 1
        #expect(KeyReference(bytes: padded[...]) == nil)
    }

    @Test func keysShowNothing() throws {
        let key = try EnvelopeSamples.key()
        var dumped = ""
        dump(key, to: &dumped)
        #expect("\(key) \(String(reflecting: key)) \(dumped)".contains("‹data key›"))
        #expect(!dumped.contains("symmetric"))
        let sealedText = Sealed<String>(envelope: [1, 2, 3])
        #expect("\(sealedText)" == "‹sealed›")
    }

    @Test func wipingClearsTheBuffer() {
        var bytes: [UInt8] = [1, 2, 3]
        wipe(&bytes)
        #expect(bytes == [0, 0, 0])
    }
}
