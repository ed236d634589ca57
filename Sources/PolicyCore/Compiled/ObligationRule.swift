public import WireFormat

/// What an obligation asks for.
public enum ObligationRule: Sendable, Hashable {
    /// A sign-in not older than this, with one of these methods if there are any.
    case stepUp(maximumAge: Duration, methods: [String], [String: JSONValue])
    /// The agreement of another person with one of these roles, not older than this.
    case approval(by: [String], validFor: Duration?, [String: JSONValue])
    /// A reason.
    case reasonRequired([String: JSONValue])
    /// Something the caller does, and which refuses nothing.
    case accompanying(type: String, [String: JSONValue])

    /// The types that refuse until they are met.
    static let gatingTypes = ["step_up", "approval", "reason_required"]

    /// The type in answers.
    public var type: String {
        switch self {
        case .stepUp: "step_up"
        case .approval: "approval"
        case .reasonRequired: "reason_required"
        case .accompanying(let type, _): type
        }
    }

    /// Its particulars in answers.
    var properties: [String: JSONValue] {
        switch self {
        case .stepUp(let age, let methods, var more):
            more["max_age"] = .integer(age.components.seconds)
            if !methods.isEmpty { more["methods"] = JSONValue(methods) }
            return more
        case .approval(let by, let validFor, var more):
            more["by"] = JSONValue(by)
            if let validFor { more["valid_for"] = .integer(validFor.components.seconds) }
            return more
        case .reasonRequired(let more), .accompanying(_, let more): return more
        }
    }
}
