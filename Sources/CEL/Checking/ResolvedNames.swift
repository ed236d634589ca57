/// What the names of an expression stand for, by node.
struct ResolvedNames: Sendable {
    enum Reference: Sendable {
        /// A variable that a macro binds, by its number.
        case local(Int)
        /// A variable of the environment with the record fields selected from it.
        case slot(path: [String], CELType)
        /// A type's name, used as a value.
        case type(name: String, CELType)
        /// A function by its full name; a member call passes its target first, unless the target is a namespace.
        case function(FunctionDeclaration, isMember: Bool, isOwn: Bool)
        /// The number of the first variable that a macro binds; the others follow.
        case binds(first: Int)
        case undeclared(cause: String, remedy: String?)
    }

    /// INVARIANT: one for each node of the expression; nil where a node has no name or only its operand's.
    var references: [Reference?]
    /// How many variables macros bind, each with a number of its own.
    var localCount = 0
}
