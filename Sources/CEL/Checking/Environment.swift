/// What an expression's names mean: the namespace they are looked up in, variables, records and functions.
public struct Environment: Sendable {
    /// The namespace that names are tried in first, such as `com.example`; empty for the root.
    public let container: String
    /// Types of the variables by full name.
    public let variables: [String: CELType]
    /// Fields of the records by the record's name. `resource.country` of a record is one slot of the program.
    public let records: [String: [String: CELType]]
    /// How large an expression may be.
    public let limits: ExpressionLimits
    /// The caller's functions by full name; they hide the library's, and are never called before evaluation.
    let ownFunctions: [String: FunctionDeclaration]
    let implicitArguments: [String: [Slot]]
    /// `a.b.`, `a.` and the empty text for the container `a.b`.
    let prefixes: [String]

    /// An environment with the standard library, the extensions and the caller's own functions.
    ///
    /// - Parameter implicitArguments: slots that a function of the caller gets after the arguments of its overloads, by
    ///   the function's name; so `hasRole("owner")` may read `subject.roles`, and unknown ones stay unknown.
    public init(
        container: String = "", variables: [String: CELType] = [:], records: [String: [String: CELType]] = [:],
        functions: [FunctionDeclaration] = [], implicitArguments: [String: [Slot]] = [:],
        limits: ExpressionLimits = .standard
    ) {
        self.implicitArguments = implicitArguments
        self.container = container
        self.variables = variables
        self.records = records
        self.limits = limits
        ownFunctions = Dictionary(functions.map { ($0.name, $0) }) { _, last in last }
        let names = container.split(separator: ".")
        prefixes = (0...names.count).reversed().map { count in
            names.prefix(count).map { $0 + "." }.joined()
        }
    }

    private static let library: [String: FunctionDeclaration] = Dictionary(
        (FunctionLibrary.standard + FunctionLibrary.extensions).map { ($0.name, $0) }
    ) { first, _ in first }

    /// The function of a full name.
    func function(_ name: String) -> FunctionDeclaration? { ownFunctions[name] ?? Self.library[name] }

    /// The names that `name` can stand for, the innermost namespace first.
    func candidates(_ name: String, isAbsolute: Bool) -> [String] {
        isAbsolute || prefixes.count == 1 ? [name] : prefixes.map { $0 + name }
    }
}

extension Environment {
    /// Resolves the names of an expression and checks its types.
    ///
    /// - Parameter expected: the type that the whole must have, such as `bool` for a condition.
    /// - Throws: everything that is wrong, in the order of the text.
    public func check(
        _ expression: Expression, expecting expected: CELType? = nil
    ) throws(ExpressionErrors) -> CheckedExpression {
        var resolver = NameResolver(expression, in: self)
        resolver.resolve()
        var checker = Checker(expression, resolver.names, in: self)
        return try checker.check(expecting: expected)
    }
}

/// An expression whose names are resolved and whose types fit.
public struct CheckedExpression: Sendable {
    /// What was checked.
    public let expression: Expression
    /// The type of the whole.
    public let type: CELType
    let names: ResolvedNames
}
