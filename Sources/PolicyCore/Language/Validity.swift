import WireFormat

/// From when until when a rule counts; the end is outside.
struct Validity: Sendable, Hashable {
    let from: Instant?
    let until: Instant?

    func contains(_ time: Instant) -> Bool {
        (from.map { $0 <= time } ?? true) && (until.map { time < $0 } ?? true)
    }
}
