import PolicyCore
import Synchronization

/// The request spaces of a bundle's actions, and what the bundle decides in them, each made once.
final class SpaceCache: Sendable {
    private let made = Mutex<[String: (RequestSpace, EffectList)]>([:])

    func space(of action: String, _ bundle: PolicyBundle, _ suites: [PolicySuite]) -> (RequestSpace, EffectList) {
        if let known = made.withLock({ $0[action] }) { return known }
        // Two tasks may both make it; they come to the same.
        let space = RequestSpace(action: action, bundle: bundle, suites: suites)
        let found = (space, EffectList(space.candidates.lazy.map { bundle.check($0.request) }))
        made.withLock { $0[action] = found }
        return found
    }
}

/// What a decision does. Scope and rule are information: two policies that differ in them alone do the same.
struct Effect: Sendable, Hashable {
    let isAllowed: Bool
    let obligations: [Obligation]
    let fields: FieldAccess

    init(_ decision: Decision) {
        isAllowed = decision.isAllowed
        obligations = decision.obligations
        fields = decision.fields
    }
}

/// The effects of many decisions, equal ones kept once: there are hundreds of thousands, and a handful that differ.
struct EffectList: Sendable {
    private var distinct: [Effect] = []
    private var numbers: [UInt32] = []

    init(_ decisions: some Collection<Decision>) {
        var known: [Effect: UInt32] = [:]
        numbers.reserveCapacity(decisions.count)
        for decision in decisions {
            let effect = Effect(decision)
            if let number = known[effect] {
                numbers.append(number)
            } else {
                let number = UInt32(distinct.count)
                known[effect] = number
                distinct.append(effect)
                numbers.append(number)
            }
        }
    }

    func effect(_ index: Int) -> Effect { distinct[Int(numbers[index])] }
}
