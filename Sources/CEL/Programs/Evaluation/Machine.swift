/// Why a part of a program has no value. The error itself stands in the machine, so that this costs one byte.
enum Stop: Error {
    case failed, unknown, exhausted

    /// The same as the outcome of a condition.
    @inline(__always)
    var truth: Truth {
        switch self {
        case .failed: .failed
        case .unknown: .unknown
        case .exhausted: .exhausted
        }
    }
}

/// The changing state of one evaluation.
struct Machine {
    /// What a variable that a macro binds holds.
    enum Local {
        case unset
        case value(Value)
        case failed(EvaluationError, at: Code.Index)
        case unknown
    }

    var budget: Budget
    /// The last error. Means something only while an evaluation comes back as `failed` or `exhausted`.
    private(set) var error: EvaluationError?
    /// The instruction that raised it.
    private(set) var place: Code.Index = 0
    var locals: [Local]

    init(budget: Budget, localCount: Int) {
        self.budget = budget
        locals = localCount == 0 ? [] : Array(repeating: .unset, count: localCount)
    }

    /// Notes an error.
    mutating func fail(_ error: EvaluationError, at place: Code.Index) -> Stop {
        self.error = error
        self.place = place
        return error.code == .exhausted ? .exhausted : .failed
    }

    /// Spends one step.
    @inline(__always)
    mutating func step(at place: Code.Index) -> Bool {
        do throws(EvaluationError) {
            try budget.spend(1)
            return true
        } catch {
            _ = fail(error, at: place)
            return false
        }
    }
}
