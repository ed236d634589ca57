/// Why a signed note or a checkpoint was refused.
public struct NoteError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of refusal.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The name, for logs.
        public let description: String

        private init(_ description: String) { self.description = description }

        /// The text is not of the form.
        public static let malformed = Code("malformed")
        /// A name or a key is not of the form.
        public static let invalidKey = Code("invalid-key")
        /// No signature is by a key that is trusted here.
        public static let noTrustedSignature = Code("no-trusted-signature")
        /// A signature names a trusted key and is not by it.
        public static let badSignature = Code("bad-signature")
        /// The checkpoint is of another log.
        public static let wrongOrigin = Code("wrong-origin")
    }

    /// What kind of refusal.
    public let code: Code
    /// What exactly, in lower case.
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
