public import MarkedYAML
import PolicyCore
import WireFormat

/// One change of one rule, as somebody might make it by mistake.
public struct Mutation: Sendable {
    /// What kind of change.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The rule is gone.
        case drop
        /// Its condition is negated.
        case invert
        /// It counts for more: over more records, for more roles, or without its condition.
        case widen
    }

    /// What kind of change.
    public let kind: Kind
    /// The rule: `employee/own-record`, `employee/pay/read[0]`, `role manager`, …
    public let rule: String
    /// Where the rule is written.
    public let path: String
    /// Where the rule is written.
    public let mark: Mark
    /// What is changed, in words: `scope self becomes sub(direct)`.
    public let change: String
    /// The actions whose decisions it can change; nil for all.
    let actions: Set<String>?
    /// The labels of rules without an `id` that the change moved up by one, and the first of them.
    let moved: (prefix: String, after: Int)?
    /// The changed file, as JSON, which is YAML too.
    let content: JSONValue

    /// The files of the bundle with this change.
    func applied(to files: [PolicyFile]) -> [PolicyFile] {
        files.map { $0.path == path ? PolicyFile(path: path, bytes: content.bytes()) : $0 }
    }

    /// The id of a rule as it was before the change.
    func original(_ id: String) -> String {
        guard let moved, id.hasPrefix(moved.prefix), id.hasSuffix("]"),
            let number = Int(id.dropFirst(moved.prefix.count).dropLast()), number >= moved.after
        else { return id }
        return "\(moved.prefix)\(number + 1)]"
    }
}
