/// A text with signatures below it, in the form of C2SP `signed-note` v1:
///
/// ```text
/// text, one or more lines
///
/// — name base64(key id ‖ signature)
/// ```
public struct SignedNote: Sendable, Hashable {
    /// Signatures of one note: the log's, some witnesses', and room for keys being rotated.
    public static let mostSignatures = 64
    /// Bytes of one note; a checkpoint with all its signatures has fewer.
    public static let mostBytes = 65_536

    /// One signature line.
    public struct Signature: Sendable, Hashable {
        /// The key's name.
        public let name: String
        /// The four bytes that tell keys of one name apart.
        public let keyID: UInt32
        /// The signature as its algorithm writes it.
        public let bytes: [UInt8]
    }

    /// The signed text, its last line break included.
    public let text: String
    /// The signatures, in the note's order.
    public private(set) var signatures: [Signature]

    /// A text that nobody has signed yet.
    ///
    /// - Throws: `malformed` when it does not end in a line break or holds control characters.
    public init(text: String) throws(NoteError) {
        guard text.hasSuffix("\n"), !text.utf8.contains(where: { $0 < 0x20 && $0 != 0x0A || $0 == 0x7F }) else {
            throw NoteError(.malformed, "a note's text ends in a line break and has no control characters")
        }
        self.text = text
        signatures = []
    }

    /// Reads a note with at least one signature. Verifies nothing.
    public init(parsing note: String) throws(NoteError) {
        guard note.utf8.count <= Self.mostBytes else {
            throw NoteError(.malformed, "the note is longer than \(Self.mostBytes) bytes")
        }
        // Line by line over bytes: `Character` would join a carriage return with the line break after it.
        let lines = note.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { Substring($0) }
        guard lines.last == "", let blank = lines.dropLast().lastIndex(of: ""), blank > 0 else {
            throw NoteError(.malformed, "the note has no signatures")
        }
        try self.init(text: lines[..<blank].joined(separator: "\n") + "\n")
        let signatureLines = lines[(blank + 1)...].dropLast()
        guard !signatureLines.isEmpty, signatureLines.count <= Self.mostSignatures else {
            throw NoteError(.malformed, "a note has 1 to \(Self.mostSignatures) signatures")
        }
        for line in signatureLines { signatures.append(try Self.signature(line)) }
    }

    /// The whole note.
    public var encoded: String {
        var note = text + "\n"
        for signature in signatures {
            let id = withUnsafeBytes(of: signature.keyID.bigEndian) { Array($0) }
            note += "\u{2014} \(signature.name) \(StandardBase64.encode(id + signature.bytes))\n"
        }
        return note
    }

    /// Adds the signer's signature.
    public mutating func sign(with signer: NoteSigner) throws(NoteError) {
        signatures.append(try signer.signature(of: text))
    }

    /// Checks that at least one trusted key signed, and that no signature in the name of a trusted key is false.
    ///
    /// - Returns: the trusted keys that signed.
    @discardableResult
    public func verify(trusted: [NoteVerifier]) throws(NoteError) -> [NoteVerifier] {
        var signers: [NoteVerifier] = []
        for signature in signatures {
            for verifier in trusted where verifier.name == signature.name && verifier.keyID == signature.keyID {
                guard verifier.isValid(signature.bytes, of: text) else {
                    throw NoteError(.badSignature, "the signature by `\(signature.name)` is false")
                }
                if !signers.contains(verifier) { signers.append(verifier) }
            }
        }
        guard !signers.isEmpty else { throw NoteError(.noTrustedSignature, "no trusted key has signed") }
        return signers
    }

    private static func signature(_ line: Substring) throws(NoteError) -> Signature {
        let parts = line.utf8.split(separator: 0x20, omittingEmptySubsequences: false).map { Substring($0) }
        guard parts.count == 3, parts[0] == "\u{2014}", NoteVerifier.isName(parts[1]),
            let bytes = StandardBase64.decode(parts[2]), bytes.count > 4
        else { throw NoteError(.malformed, "a signature line is not `— name base64`") }
        let id = bytes[..<4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return Signature(name: String(parts[1]), keyID: id, bytes: Array(bytes[4...]))
    }
}
