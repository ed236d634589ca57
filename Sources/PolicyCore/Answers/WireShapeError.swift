/// An answer from the wire that this version does not understand. Whoever reads one must treat it as a deny.
public struct WireShapeError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong with it.
    public let cause: String

    init(_ cause: String) { self.cause = cause }

    /// The cause.
    public var description: String { cause }
}
