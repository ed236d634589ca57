/// On what footing somebody works for the organisation.
public enum EmploymentType: String, Hashable, Sendable, CaseIterable {
    /// Without an end, all hours.
    case fullTime = "full_time"
    /// Without an end, some hours.
    case partTime = "part_time"
    /// With an agreed end.
    case fixedTerm = "fixed_term"
    /// Paid by invoice or through an agency.
    case contractor
    /// For a placement.
    case intern
    /// In training for a trade.
    case apprentice
}
