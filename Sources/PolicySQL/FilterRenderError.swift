/// Why a filter has no form in SQL. The service answers as if there had been no answer: nothing is read or changed.
public struct FilterRenderError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong.
    public struct Code: Sendable, Hashable {
        private let rawValue: String
        /// The service does not map the attribute.
        public static let unmappedAttribute = Code(rawValue: "unmapped-attribute")
        /// The service has no reporting lines or no persons for this type.
        public static let unmappedRelation = Code(rawValue: "unmapped-relation")
        /// A value is not of the column's type.
        public static let wrongType = Code(rawValue: "wrong-type")
        /// A comparison that the column's type does not have.
        public static let wrongComparison = Code(rawValue: "wrong-comparison")
    }

    /// What went wrong.
    public let code: Code
    /// The same in words, without values.
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
