import ServiceKit
import WireFormat

/// An event as one reader gets it: what is closed to him is left out and named in `withheld`.
struct ShownEvent: WireEncodable, Sendable {
    /// The event with `sequence` and `withheld`.
    let wire: JSONValue
    /// Whether nothing was left out: only then may its reader have the salt, which would tell whether a guess is right.
    let isWhole: Bool

    /// - Parameters:
    ///   - event: as it was written.
    ///   - sequence: its place in the tree.
    init(_ event: JSONValue, sequence: Int64, _ sight: TrailSight, _ changes: ChangeSight) {
        var members = event.object ?? [:]
        let withheld = sight.withheld(from: event)
        for name in withheld { members[name] = nil }
        var isWhole = withheld.isEmpty
        if let all = members["changes"]?.array {
            let type = event["resource"]?["type"]?.string ?? ""
            members["changes"] = .array(
                all.map { change in
                    guard let field = change["field"]?.string, changes.shows(field, of: type) else {
                        isWhole = false
                        return Self.closed(change)
                    }
                    return change
                })
        }
        members["sequence"] = .integer(sequence)
        members["withheld"] = JSONValue(withheld)
        wire = .object(members)
        self.isWhole = isWhole
    }

    /// Which field changed, and nothing else: not even whether there was a value.
    private static func closed(_ change: JSONValue) -> JSONValue {
        var members: [String: JSONValue] = ["withheld": ["before", "after"]]
        members["field"] = change["field"]
        return .object(members)
    }
}
