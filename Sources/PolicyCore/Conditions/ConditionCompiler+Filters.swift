import CEL
import MarkedYAML

extension ConditionCompiler {
    /// Whether a condition can become a filter; what cannot is told in `log`. The check knows nothing of the request, so
    /// what passes is translatable whatever the request says.
    func isTranslatable(_ residual: Residual, _ source: ConditionSource, _ log: inout Diagnostics) -> Bool {
        guard let fault = fault(in: residual) else { return true }
        log.add(source.mark, "condition `\(source.text)` cannot become a filter: \(fault.cause)", remedy: fault.remedy)
        return false
    }

    private struct Fault {
        let cause: String
        let remedy: String
    }

    private static let comparisons: Set<String> = ["_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_in_"]

    private func fault(in residual: Residual) -> Fault? {
        // What does not depend on the record is a value when a plan is made.
        // INVARIANT: closures take the parts they need; one that took all of the compiler would copy it for each term.
        let sources = sources
        let ofRecord = residual.slots.filter { sources[$0].isOfRecord }
        if ofRecord.isEmpty { return nil }
        var found: String?
        for slot in ofRecord where found == nil { found = sealedAttribute(slot) }
        if let sealed = found {
            return Fault(
                cause: "attribute `\(sealed)` is sealed",
                remedy: "a sealed attribute can be used in checks only: leave `listable` out of the action")
        }
        switch residual {
        case .literal, .failure: return nil
        case .not(let part): return fault(in: part)
        case .and(let parts), .or(let parts):
            for part in parts { if let fault = fault(in: part) { return fault } }
            return nil
        case .slot(let slot): return comparable(slot) ? nil : unusual("`\(name(slot))` alone")
        case .call(RequestFunctions.inChain, _): return nil
        case .call(let name, let parts) where Self.comparisons.contains(name) && parts.count == 2:
            return comparison(name, parts[0], parts[1])
        case .call(let name, _): return unusual("`\(Self.spelled(name))` of a fact of the record")
        case .present, .has: return unusual("`has` of a fact of the record")
        case .conditional: return unusual("`?:`", remedy: "write it with `&&` and `||`")
        case .select, .list, .opaque: return unusual("this use of a fact of the record")
        }
    }

    private func comparison(_ name: String, _ left: Residual, _ right: Residual) -> Fault? {
        let sources = sources
        let isOfRecord = [left, right].map { part in part.slots.contains { sources[$0].isOfRecord } }
        if isOfRecord[0] && isOfRecord[1] { return unusual("comparing two facts of the record") }
        let fact = isOfRecord[0] ? left : right
        if name == "_in_" && isOfRecord[1] { return unusual("looking into a list of the record") }
        guard case .slot(let slot) = fact, comparable(slot) else {
            return unusual("computing with a fact of the record")
        }
        if name.contains("<") || name.contains(">"), !isOrdered(slot) {
            return unusual("the order of `\(self.name(slot))`", remedy: "use `==`, `!=` or `in`")
        }
        return nil
    }

    private func comparable(_ slot: Int) -> Bool {
        if case .attribute = sources[slot] { true } else { false }
    }

    /// Whether columns of the type have the order that conditions have; texts are ordered otherwise by most databases.
    private func isOrdered(_ slot: Int) -> Bool {
        if case .attribute(_, let type) = sources[slot] { [.integer, .day, .instant].contains(type) } else { false }
    }

    private func unusual(_ what: String, remedy: String? = nil) -> Fault {
        Fault(
            cause: "\(what) has no form in a filter",
            remedy: remedy
                ?? "compare an attribute with a value by `==`, `!=`, `<`, `<=`, `>`, `>=` or `in`, or leave `listable` out"
        )
    }

    private static func spelled(_ name: String) -> String { name.replacing("_", with: " ").trimming() }
}

extension String {
    fileprivate func trimming() -> String {
        String(drop(while: { $0 == " " }).reversed().drop(while: { $0 == " " }).reversed())
    }
}

/// Knows nothing.
struct Ignorance: Activation {
    func answer(_ slot: Int) -> SlotAnswer { .unknown }
}
