/// What all holders and layers come to together: each can only narrow what the others leave.
///
/// INVARIANT: its rules belong to a bundle that outlives it.
struct Verdict<Result: Logic> {
    private(set) var outcome = Result.yes
    private(set) var scope = Scope.all
    /// What the base says of the subject.
    private(set) var first: Judgement<Result>?
    unowned(unsafe) private(set) var denial: CompiledRule?
    private(set) var reason: Reason?
    /// A grant for emergencies that took part.
    unowned(unsafe) private(set) var emergencyRule: CompiledRule?

    /// Meets what the evaluator's holder is allowed by the base and by the tenant's overlay.
    mutating func judge(
        _ base: borrowing ActionRules, _ overlay: ActionRules?, _ evaluator: inout Evaluator<Result>
    ) {
        let judgement = Judgement(base, with: &evaluator)
        meet(judgement)
        if first == nil { first = judgement }
        if let overlay, outcome.isPossible { meet(Judgement(overlay, with: &evaluator)) }
    }

    private mutating func meet(_ judgement: borrowing Judgement<Result>) {
        guard outcome.isPossible else { return }
        outcome = outcome.and(judgement.outcome)
        scope = min(scope, judgement.scope)
        if let rule = judgement.emergencyRule, emergencyRule == nil { emergencyRule = rule }
        // The one that left nothing tells why.
        if !outcome.isPossible {
            denial = judgement.denial
            reason = judgement.reason
        }
    }
}
