/// An error in a file that a person wrote: where, why, and what to do about it.
///
/// It reads `path:line:column: cause; remedy`. The cause is in lower case with the offending text in backticks.
public struct PlacedError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file, as its reader named it.
    public let path: String
    /// The place in the file.
    public let mark: Mark
    /// What is wrong, in lower case, offending text in backticks.
    public let cause: String
    /// What to do about it; absent when there is nothing to say beyond the cause.
    public let remedy: String?

    /// Creates an error at a place.
    public init(path: String, mark: Mark, cause: String, remedy: String? = nil) {
        self.path = path
        self.mark = mark
        self.cause = cause
        self.remedy = remedy
    }

    /// `path:line:column: cause; remedy`.
    public var description: String {
        let place = "\(path):\(mark.line):\(mark.column): \(cause)"
        guard let remedy else { return place }
        return "\(place); \(remedy)"
    }

    /// Order of reading: by path, then by place.
    public static func inReadingOrder(_ left: PlacedError, _ right: PlacedError) -> Bool {
        (left.path, left.mark, left.cause) < (right.path, right.mark, right.cause)
    }
}
