/// Why a command stops, in one line for the person who called it.
struct CommandFailure: Error, CustomStringConvertible {
    /// The cause, and what would help.
    let description: String

    /// A failure with its one line.
    init(_ description: String) { self.description = description }
}
