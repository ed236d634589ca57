public import MarkedYAML

/// Everything that is wrong with a bundle, in reading order; never empty.
public struct PolicyLoadErrors: Error, Sendable, Hashable, CustomStringConvertible {
    /// The errors, by path and place.
    public let errors: [PlacedError]

    init(_ errors: [PlacedError]) {
        self.errors = errors.sorted(by: PlacedError.inReadingOrder)
    }

    /// One error a line.
    public var description: String {
        errors.map(\.description).joined(separator: "\n")
    }
}
