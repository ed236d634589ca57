import CEL
import MarkedYAML
import WireFormat

extension ConditionCompiler {
    /// What the types alone do not catch: comparisons that can never hold. Told in `log`; false when there is one.
    /// - Parameter residual: the condition when nothing of the request is known.
    func makesSense(_ residual: Residual, _ source: ConditionSource, _ log: inout Diagnostics) -> Bool {
        switch residual {
        case .call(let name, let parts):
            var isSound = true
            if parts.count >= 2, let fault = fault(name, parts[0], parts[1]) {
                log.add(source.mark, fault.cause, remedy: fault.remedy)
                isSound = false
            }
            return makeSense(parts, source, &log) && isSound
        case .not(let part), .select(let part, _), .has(let part, _): return makesSense(part, source, &log)
        case .and(let parts), .or(let parts), .list(let parts): return makeSense(parts, source, &log)
        case .conditional(let condition, let then, let otherwise):
            return makeSense([condition, then, otherwise], source, &log)
        case .literal, .failure, .slot, .present, .opaque: return true
        }
    }

    /// The same of each of several, so that all faults are told.
    private func makeSense(_ parts: [Residual], _ source: ConditionSource, _ log: inout Diagnostics) -> Bool {
        var areSound = true
        for part in parts where !makesSense(part, source, &log) { areSound = false }
        return areSound
    }

    private func fault(_ name: String, _ left: Residual, _ right: Residual) -> (cause: String, remedy: String)? {
        switch (name, left, right) {
        case ("_==_", .slot(let slot), .literal(let value)), ("_!=_", .slot(let slot), .literal(let value)),
            ("_==_", .literal(let value), .slot(let slot)), ("_!=_", .literal(let value), .slot(let slot)):
            return stranger(slot, [value])
        case ("_in_", .slot(let slot), .literal(.list(let values))):
            if values.isEmpty {
                return ("`in` with an empty list never holds", "name at least one value")
            }
            return stranger(slot, values)
        case ("_==_", .slot(let first), .slot(let second)), ("_!=_", .slot(let first), .slot(let second)):
            return strangers(first, second) ?? strangers(second, first)
        case (RequestFunctions.hasRole, .literal(.string(let role)), _) where roles.numbers[role] == nil:
            return ("unknown role `\(role)`", Suggestion.remedy(for: role, among: roles.names))
        case (RequestFunctions.inChain, .literal(.string(let word)), _) where ChainDepth(rawValue: word) == nil:
            return (
                "unknown depth `\(word)`", Suggestion.remedy(for: word, among: ChainDepth.allCases.map(\.rawValue))
            )
        default: return nil
        }
    }

    /// A value that the attribute never has.
    private func stranger(_ slot: Int, _ values: [Value]) -> (cause: String, remedy: String)? {
        guard case .attribute(let name, let type) = sources[slot] else { return nil }
        if case .enumeration(let known) = type {
            for case .string(let text) in values where !known.contains(text) {
                return ("`\(name)` is never `\(text)`", Suggestion.remedy(for: text, among: known))
            }
        }
        guard values.contains(where: { type.stated($0) == nil }) else { return nil }
        return (
            "`\(name)` is of type `\(type.name)`, and never equals this", "compare it with a value of its own type"
        )
    }

    /// An employee's id beside a member's.
    private func strangers(_ first: Int, _ second: Int) -> (cause: String, remedy: String)? {
        guard case .attribute(let name, let type) = sources[first] else { return nil }
        switch (type, sources[second]) {
        case (.employee, .subjectID):
            return (
                "`\(name)` is the id of an employee and `subject.id` that of a member", "write `subject.employee_id`"
            )
        case (.member, .subjectEmployee):
            return (
                "`\(name)` is the id of a member and `subject.employee_id` that of an employee", "write `subject.id`"
            )
        default: return nil
        }
    }
}
