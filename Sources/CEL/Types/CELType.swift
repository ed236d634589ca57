/// A static type of the language, as the checker sees it (cel-spec, "Gradual type checking").
public indirect enum CELType: Sendable, Hashable {
    /// Known only at evaluation.
    case dyn
    case null, bool, int, uint, double, string, bytes, timestamp, duration, ip, cidr
    case list(CELType)
    case map(CELType, CELType)
    case optional(CELType)
    /// The type of a type, as `type(1)` has.
    case type(CELType)
    /// A type parameter of a function's declaration, such as `T`.
    case parameter(String)
    /// A record whose fields a schema declares, such as an employee.
    case record(String)
}
