import AuditCore
import Testing
import WireFormat

@Suite struct CheckpointTests {
    static let installation = "audit.example.com/bailiwick"

    /// Made by Python's `cryptography` from the key 00 01 … 1f, following C2SP `signed-note` and `tlog-checkpoint`.
    static let golden = """
        audit.example.com/bailiwick/0193e2a1-7b3c-7c00-8a00-000000000001
        8
        XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=

        — audit.example.com/bailiwick/0193e2a1-7b3c-7c00-8a00-000000000001 \
        mDddNzVRz/pPs3altTDz+41wyCqIoGm8SfZ7dEXi4TDsbDfHYKZHBlFi6qdnJaiIH7XwkKZKWn76RFLaz6LXQVNnOg0=

        """

    static let goldenKey =
        "audit.example.com/bailiwick/0193e2a1-7b3c-7c00-8a00-000000000001+98375d37+"
        + "AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"

    private func origin(_ tenant: TenantID? = nil) throws -> LogOrigin {
        try LogOrigin(installation: Self.installation, tenant: tenant ?? SampleEvents.tenant())
    }

    private func signer(_ name: String? = nil, first: UInt8 = 0) throws -> NoteSigner {
        try NoteSigner(name: name ?? origin().description, privateKey: (0..<32).map { $0 &+ first })
    }

    private func checkpoint() throws -> Checkpoint {
        Checkpoint(origin: try origin(), size: 8, root: ReferenceTree.tree.root)
    }

    @Test func aSignedCheckpointIsWhatAnotherProgramMakes() throws {
        let signer = try signer()
        #expect(signer.verifier.description == Self.goldenKey)
        #expect(try checkpoint().signed(by: signer).encoded == Self.golden)
    }

    @Test func aCheckpointOfAnotherProgramVerifies() throws {
        let key = try NoteVerifier(Self.goldenKey)
        #expect(try Checkpoint.verify(Self.golden, origin: origin(), trusted: [key]) == checkpoint())
    }

    @Test func everyAlteredByteIsRefused() throws {
        let key = try NoteVerifier(Self.goldenKey)
        let original = Array(Self.golden.utf8)
        for place in original.indices {
            for mask in [UInt8(0x01), 0x20] {
                var bytes = original
                bytes[place] ^= mask
                let text = String(decoding: bytes, as: UTF8.self)
                #expect(throws: NoteError.self, "byte \(place)") {
                    try Checkpoint.verify(text, origin: origin(), trusted: [key])
                }
            }
        }
    }

    @Test func everyShorterNoteIsRefused() throws {
        let key = try NoteVerifier(Self.goldenKey)
        for length in 0..<Self.golden.utf8.count {
            let text = String(decoding: Array(Self.golden.utf8.prefix(length)), as: UTF8.self)
            #expect(throws: NoteError.self) { try Checkpoint.verify(text, origin: origin(), trusted: [key]) }
        }
    }

    @Test func anotherTenantsCheckpointIsRefused() throws {
        let other = try origin(.system)
        let error = #expect(throws: NoteError.self) {
            try Checkpoint.verify(Self.golden, origin: other, trusted: [NoteVerifier(Self.goldenKey)])
        }
        #expect(error?.code == .wrongOrigin)
    }

    @Test func anUnknownKeyIsNotTrusted() throws {
        let stranger = try signer(first: 9)
        let note = try checkpoint().signed(by: stranger).encoded
        let error = #expect(throws: NoteError.self) {
            try Checkpoint.verify(note, origin: origin(), trusted: [NoteVerifier(Self.goldenKey)])
        }
        #expect(error?.code == .noTrustedSignature)
    }

    @Test func signaturesOfWitnessesStandBesideTheLogs() throws {
        var note = try checkpoint().signed(by: signer())
        let witness = try signer("witness.example.org", first: 3)
        try note.sign(with: witness)
        let read = try SignedNote(parsing: note.encoded)
        #expect(read == note)
        #expect(try read.verify(trusted: [signer().verifier]) == [signer().verifier])
        #expect(try read.verify(trusted: [witness.verifier, signer().verifier]).count == 2)
    }

    @Test func aFalseSignatureInTheNameOfATrustedKeyIsRefusedBesideAGoodOne() throws {
        var note = try checkpoint().signed(by: signer())
        let witness = try signer("witness.example.org", first: 3)
        let other = Checkpoint(origin: try origin(), size: 9, root: ReferenceTree.tree.root)
        let lifted = try #require(try other.signed(by: witness).encoded.split(separator: "\n").last)
        note = try SignedNote(parsing: note.encoded + lifted + "\n")
        let error = #expect(throws: NoteError.self) {
            try note.verify(trusted: [signer().verifier, witness.verifier])
        }
        #expect(error?.code == .badSignature)
    }

    static let malformed = [
        "", "\n", "a/system\n8\n\n", "a/system\n08\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
        "a/system\n+8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
        "a/system\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz-Nw7_RgQyg=\n",
        "a/system\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg\n",
        "a/system\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyh=\n",
        "a/system\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\nextension\n",
        "a/system\n18446744073709551616\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
        "a/system\r\n8\r\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\r\n",
        "system\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
        "a/nobody\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
    ]

    @Test(arguments: malformed) func whatIsNoCheckpointIsRefused(text: String) {
        #expect(throws: NoteError.self) { try Checkpoint(text: text) }
    }

    @Test func aCheckpointReadsBackFromItsText() throws {
        #expect(try Checkpoint(text: checkpoint().text) == checkpoint())
        let empty = Checkpoint(origin: try origin(.system), size: 0, root: MerkleHashing.emptyRoot)
        #expect(try Checkpoint(text: empty.text) == empty)
    }

    @Test(arguments: ["", "a b", "a+b", "a\tb", "a/"]) func whatIsNoNameIsRefused(name: String) {
        #expect(throws: NoteError.self) { try LogOrigin(installation: name, tenant: .system) }
    }

    @Test func aKeyWhoseIDIsNotItsOwnIsRefused() {
        let swapped = Self.goldenKey.replacing("98375d37", with: "98375d38")
        #expect(throws: NoteError.self) { try NoteVerifier(swapped) }
    }

    @Test func aSignerShowsNoSecret() throws {
        let signer = try signer()
        #expect(!"\(signer)".contains("AAECAwQF"))
        var dumped = ""
        dump(signer, to: &dumped)
        #expect(!dumped.contains("rawRepresentation") && !dumped.contains("key:"))
    }
}
