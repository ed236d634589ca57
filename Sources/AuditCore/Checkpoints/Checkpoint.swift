/// The head of a tenant's log at one size, as C2SP `tlog-checkpoint` writes it: origin, size and root, a line each.
/// Extension lines are refused: ours have none, and a reader that skips what it does not know could be misled.
public struct Checkpoint: Sendable, Hashable {
    /// Which log.
    public let origin: LogOrigin
    /// How many leaves the log has.
    public let size: UInt64
    /// The root over them.
    public let root: TreeHash

    /// The head of a log.
    public init(origin: LogOrigin, size: UInt64, root: TreeHash) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// The note's text.
    public var text: String { "\(origin)\n\(size)\n\(StandardBase64.encode(root.bytes))\n" }

    /// Reads a note's text.
    public init(text: String) throws(NoteError) {
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { Substring($0) }
        guard lines.count == 4, lines[3].isEmpty else {
            throw NoteError(.malformed, "a checkpoint has three lines: origin, size, root")
        }
        origin = try LogOrigin(lines[0])
        guard let size = UInt64(lines[1]), String(size) == lines[1] else {
            throw NoteError(.malformed, "the size is no decimal number")
        }
        guard let bytes = StandardBase64.decode(lines[2]), let root = TreeHash(bytes: bytes) else {
            throw NoteError(.malformed, "the root is not \(TreeHash.byteCount) bytes in base64")
        }
        self.size = size
        self.root = root
    }

    /// The checkpoint as a note signed by `signer`.
    public func signed(by signer: NoteSigner) throws(NoteError) -> SignedNote {
        var note = try SignedNote(text: text)
        try note.sign(with: signer)
        return note
    }

    /// Reads a signed note and checks that it is of `origin` and signed by one of `trusted`.
    public static func verify(
        _ note: String, origin: LogOrigin, trusted: [NoteVerifier]
    ) throws(NoteError) -> Checkpoint {
        let signed = try SignedNote(parsing: note)
        let checkpoint = try Checkpoint(text: signed.text)
        guard checkpoint.origin == origin else {
            throw NoteError(.wrongOrigin, "the checkpoint is of `\(checkpoint.origin)`, not of `\(origin)`")
        }
        try signed.verify(trusted: trusted)
        return checkpoint
    }
}
