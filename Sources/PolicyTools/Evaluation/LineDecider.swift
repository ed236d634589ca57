public import PolicyCore
public import WireFormat

/// Answers AuthZEN evaluation requests (§6.1), a JSON text each, with every fact from the caller (`facts: caller`).
public struct LineDecider: Sendable {
    private let bundle: PolicyBundle

    /// Decides by this bundle.
    public init(bundle: PolicyBundle) { self.bundle = bundle }

    /// The decision's wire form, or `{"error": …}`.
    public func answer(_ line: String) -> JSONValue {
        do throws(JSONParseError) {
            return bundle.check(try DecisionRequest(json: Array(line.utf8))).wire
        } catch {
            return ["error": .string("\(error)")]
        }
    }
}
