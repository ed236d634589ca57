/// The answer to a `PlanRequest`: a filter for the rows, and one to read and one to write each field class.
public struct Plan: Sendable, Hashable {
    /// What it is for: `module.action`.
    public let action: String
    /// The tenant whose records are meant. The enforcing service conjoins its own tenant predicate as well.
    public let tenant: String?
    /// The records that a check allows are exactly those for which this is true.
    public let rows: Filter
    /// Why `rows` is `none` when no record could satisfy it; nil otherwise.
    public let reason: Reason?
    /// The widest scope among the grants; information, never a filter.
    public let scope: Scope
    /// The grants that took part.
    public let rules: [String]
    /// The bundle's revision.
    public let revision: String
    /// What the caller must also do; where `rows` is `none` for the reason `obligation:ID`, what is missing.
    public let obligations: [Obligation]
    /// The field classes; a field in none of them is denied.
    public let classes: [FieldClassPlan]
    /// The decision's id, given by the service that answered.
    public var id: String?
    /// Whether the facts were made up (`policy.simulate`): never to be enforced.
    public var isSimulated = false

    init(
        action: String, tenant: String?, rows: Filter, reason: Reason?, scope: Scope, rules: [String],
        revision: String, obligations: [Obligation] = [], classes: [FieldClassPlan]
    ) {
        self.action = action
        self.tenant = tenant
        self.rows = rows
        self.reason = reason
        self.scope = scope
        self.rules = rules
        self.revision = revision
        self.obligations = obligations
        self.classes = classes
    }

    /// The class that a field is in; nil for a field that is denied outright.
    public func fieldClass(of field: String) -> FieldClassPlan? {
        classes.first { $0.fieldClass.fields.contains(field) }
    }

    /// The class of this name.
    public func fieldClass(named name: String) -> FieldClassPlan? {
        classes.first { $0.fieldClass.name == name }
    }
}

/// Over which of a plan's rows a field class may be read and written.
public struct FieldClassPlan: Sendable, Hashable {
    /// The class.
    public let fieldClass: FieldClass
    /// Holds for the rows whose fields may be read. It is applied on top of the plan's rows.
    public let read: Filter
    /// Holds for the rows whose fields may be written. It is applied on top of the plan's rows.
    public let write: Filter

    /// Creates a plan for a class.
    public init(fieldClass: FieldClass, read: Filter, write: Filter) {
        self.fieldClass = fieldClass
        self.read = read
        self.write = write
    }
}
