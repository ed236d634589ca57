import PolicyCore
import WireFormat

/// Whose changed values a reader may see: those of fields that he may read of every record of their type, its earlier
/// states included. Pure.
///
/// The trail knows neither the record as it was nor its reporting line, so a class that is open for some records only
/// counts as closed.
struct ChangeSight: Sendable {
    /// The class of a module that stands for the earlier states of its records.
    static let historyClass = "history"

    /// The fields whose values may be shown, by resource type; nil for the operator, who sees all.
    private let open: [String: Set<String>]?

    /// The operator's: everything.
    static let whole = ChangeSight(open: nil)

    private init(open: [String: Set<String>]?) { self.open = open }

    /// What the plans of `view`, by resource type, let their reader see.
    init(_ plans: [String: Plan]) { open = plans.mapValues(Self.open) }

    /// Whether the values of this field of a record of this type may be shown.
    func shows(_ field: String, of type: String) -> Bool { open.map { $0[type]?.contains(field) ?? false } ?? true }

    private static func open(_ plan: Plan) -> Set<String> {
        guard plan.rows == .all, !plan.isSimulated else { return [] }
        if let history = plan.fieldClass(named: historyClass), history.read != .all { return [] }
        return Set(plan.classes.filter { $0.read == .all }.flatMap(\.fieldClass.fields))
    }
}
