import CEL

/// The functions of ours that conditions can call beside CEL's own. They read facts of the request through slots that
/// the compiler passes after their arguments, so that a plan can leave those of the record open.
enum RequestFunctions {
    /// The variables of those slots; no expression can spell them.
    static let heldRoles = "@held_roles"
    static let chain = "@chain"
    static let inChain = "inChain"
    static let hasRole = "hasRole"

    static let declarations = [
        // `inChain()`, `inChain("direct")`: whether the subject stands in the record's manager chain.
        FunctionDeclaration(
            inChain,
            [
                FunctionDeclaration.Overload(isMember: false, [], .bool),
                FunctionDeclaration.Overload(isMember: false, [.string], .bool),
            ]
        ) { arguments, _ throws(EvaluationError) in
            guard let depth = depth(of: arguments), arguments.count >= 2 else {
                throw EvaluationError(.invalidArgument, "`inChain` takes `direct` or `any`")
            }
            return arguments[arguments.count - (depth == .any ? 2 : 1)]
        },
        // `hasRole("manager")`: whether the subject has a role or one that holds it.
        FunctionDeclaration(
            hasRole, [FunctionDeclaration.Overload(isMember: false, [.string], .bool)]
        ) { arguments, budget throws(EvaluationError) in
            guard arguments.count == 2, case .list(let held) = arguments[1] else {
                throw EvaluationError(.noSuchOverload, "`hasRole` takes the name of a role")
            }
            for role in held where try Value.equals(role, arguments[0], &budget) { return .bool(true) }
            return .bool(false)
        },
    ]

    static let implicitArguments = [
        inChain: [
            Slot(path: [chain, ChainDepth.any.rawValue], type: .bool),
            Slot(path: [chain, ChainDepth.direct.rawValue], type: .bool),
        ],
        hasRole: [Slot(path: [heldRoles], type: .list(.string))],
    ]

    /// The depth that a call of `inChain` names; nil for a word that is none.
    static func depth(of arguments: [Value]) -> ChainDepth? {
        guard arguments.count == 3 else { return .any }
        guard case .string(let word) = arguments[0] else { return nil }
        return ChainDepth(rawValue: word)
    }
}
