/// A function that expressions can call: its overloads for the checker and one implementation that tells them apart by
/// the kinds of its arguments, because an argument of type `dyn` is known only then.
public struct FunctionDeclaration: Sendable {
    /// One typed form.
    public struct Overload: Sendable, Hashable {
        /// Whether it is called as `receiver.name(…)`; the receiver is then the first parameter.
        public let isMember: Bool
        /// What it takes; of a member the receiver first.
        public let parameters: [CELType]
        /// What it gives.
        public let result: CELType

        /// A form of one's own.
        public init(isMember: Bool, _ parameters: [CELType], _ result: CELType) {
            self.isMember = isMember
            self.parameters = parameters
            self.result = result
        }
    }

    /// Computes the result; spends from the budget what its arguments' sizes make it cost.
    public typealias Implementation =
        @Sendable (_ arguments: [Value], _ budget: inout Budget) throws(EvaluationError) -> Value

    /// The full name, such as `size`, `math.greatest` or an operator's `_+_`.
    public let name: String
    /// The typed forms.
    public let overloads: [Overload]
    /// What computes the result of every form.
    public let implementation: Implementation

    /// A function of one's own.
    public init(_ name: String, _ overloads: [Overload], _ implementation: @escaping Implementation) {
        self.name = name
        self.overloads = overloads
        self.implementation = implementation
    }
}
