/// Why a proof was refused, or could not be made.
public struct ProofError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of refusal.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The name, for logs.
        public let description: String

        /// The leaf is not inside the tree.
        public static let indexOutsideTree = Code(description: "index-outside-tree")
        /// The older tree is larger than the newer.
        public static let sizesReversed = Code(description: "sizes-reversed")
        /// The proof has more or fewer hashes than its sizes demand.
        public static let wrongLength = Code(description: "wrong-length")
        /// The proof leads to another root.
        public static let rootMismatch = Code(description: "root-mismatch")
        /// The proof leads to another root for the older tree.
        public static let oldRootMismatch = Code(description: "old-root-mismatch")
        /// A node that the proof needs is not in the store.
        public static let nodeMissing = Code(description: "node-missing")
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
