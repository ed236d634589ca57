/// A private cluster cannot be made, started or stopped. The message is one line for a person.
public struct PrivateClusterError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure. A struct, so that another kind breaks no caller.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// A stable word.
        public let description: String

        private init(_ description: String) { self.description = description }

        /// PostgreSQL 15 or later is not installed.
        public static let notInstalled = Code("not-installed")
        /// Another process uses this cluster's directory.
        public static let inUse = Code("in-use")
        /// A directory cannot be made, belongs to somebody else or has a path that is too long.
        public static let directory = Code("directory")
        /// The operating system's user for the server cannot be made.
        public static let user = Code("user")
        /// A program of PostgreSQL failed.
        public static let program = Code("program")
    }

    /// What went wrong.
    public let code: Code
    /// The line.
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
