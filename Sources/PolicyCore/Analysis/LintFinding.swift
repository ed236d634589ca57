public import MarkedYAML

/// Something that loads, and yet is probably not what its author meant.
public struct LintFinding: Sendable, Hashable, CustomStringConvertible {
    /// What kind of finding.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private let rawValue: String
        /// The code as it is printed.
        public var description: String { rawValue }

        /// A role that no module grants anything.
        public static let emptyRole = Code(rawValue: "empty-role")
        /// A grant that can never allow anything that another does not allow already.
        public static let unreachableGrant = Code(rawValue: "unreachable-grant")
        /// A grant that a denial always beats.
        public static let alwaysDenied = Code(rawValue: "always-denied")
        /// An action that nobody is granted.
        public static let unusedAction = Code(rawValue: "unused-action")
        /// An attribute in no field class: nobody reads it.
        public static let fieldWithoutClass = Code(rawValue: "field-without-class")
        /// A field class that nobody may read.
        public static let unreadableClass = Code(rawValue: "unreadable-class")
    }

    /// What kind of finding.
    public let code: Code
    /// Place, cause and remedy.
    public let place: PlacedError

    init(_ code: Code, path: String, _ mark: Mark, _ cause: String, remedy: String) {
        self.code = code
        place = PlacedError(path: path, mark: mark, cause: cause, remedy: remedy)
    }

    /// `path:line:column: cause; remedy [code]`.
    public var description: String { "\(place) [\(code)]" }
}
