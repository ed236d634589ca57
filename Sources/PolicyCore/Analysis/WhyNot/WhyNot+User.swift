public import WireFormat

/// What the person concerned may be told of the changes that would allow something: what they can do or ask for.
///
/// It names no rule and no attribute. It is also the same whatever the attributes of the record are: changes of the record
/// are left out of each way, as if the record were as the way needs it, so that nobody learns from it what a record says
/// that they may not see.
public struct WhyNotForUser: Sendable, Hashable, CustomStringConvertible {
    /// A way that depends on the record alone.
    private static let anotherState = "another state of the record"

    private let ways: [[Change]]
    private let isAllowed: Bool

    init(_ whyNot: WhyNot) {
        isAllowed = whyNot.decision.isAllowed
        var kept: [[Change]] = []
        for way in whyNot.ways {
            // Nobody gives up a role to be allowed more.
            if way.changes.contains(where: { if case .withoutRole = $0 { true } else { false } }) { continue }
            kept.append(way.changes.filter { $0.textForUser != nil })
        }
        // The order is that of the texts: that of the search depends on the record.
        let smallest = kept.enumerated().filter { index, way in
            !kept.enumerated().contains { other, smaller in
                other != index && smaller.allSatisfy(way.contains) && (smaller.count < way.count || other < index)
            }
        }.map(\.element)
        ways = smallest.sorted { left, right in
            (left.count, left.compactMap(\.textForUser).joined())
                < (right.count, right.compactMap(\.textForUser).joined())
        }
    }

    /// A line for each way; empty when it is allowed.
    public var description: String {
        if isAllowed { return "" }
        if ways.isEmpty { return "nothing that you can do allows it" }
        return
            (["what would allow it:"]
            + ways.map { way in
                "  - " + (way.isEmpty ? Self.anotherState : way.compactMap(\.textForUser).joined(separator: " and "))
            })
            .joined(separator: "\n")
    }

    /// For programs that show it: `{"ways": [{"changes": [{"kind", "text", …}]}]}`. A way without changes depends on the
    /// record alone.
    public var wire: JSONValue {
        [
            "ways": .array(
                ways.map { way in
                    [
                        "changes": .array(
                            way.compactMap { change in
                                guard let members = change.wireForUser, let text = change.textForUser else {
                                    return nil
                                }
                                return .object(members.merging(["text": .string(text)]) { _, text in text })
                            })
                    ]
                })
        ]
    }
}

extension WhyNot {
    /// What the person concerned may be told.
    public var forUser: WhyNotForUser { WhyNotForUser(self) }
}
