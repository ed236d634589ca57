/// The bounds of one event. They keep the outbox, the log and a verifier's memory proportional to what happened.
public enum EventLimits {
    /// Characters of an identifier-like text (action, type, id, role, rule, revision): long enough for a URN, short
    /// enough to index.
    public static let identifier = 256
    /// Characters of descriptive text that a client sent (device, browser, reason).
    public static let text = 512
    /// Roles of one actor.
    public static let roles = 64
    /// Hops of delegation; each is a human or agent that acted for the next.
    public static let via = 8
    /// Changed fields of one resource.
    public static let changes = 256
    /// Persons whose sensitive fields one response showed: the longest list page. Exports write an event a chunk.
    public static let persons = 200
    /// Bytes of `metadata` in canonical form: context, not a second body.
    public static let metadataBytes = 4096
    /// Bytes of a whole event in canonical form; a change that seals a long text is the largest honest one.
    public static let eventBytes = 65_536
    /// Bytes of one sealed value inside a change.
    public static let sealedBytes = 16_384
}

/// What is wrong with `text` as an identifier of at most `EventLimits.identifier` characters, or nil.
func identifierComplaint(_ text: String) -> String? {
    if text.isEmpty { return "is empty" }
    if text.utf8.count > EventLimits.identifier { return "is longer than \(EventLimits.identifier) bytes" }
    if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return "has a control character" }
    return nil
}

/// What is wrong with `text` as a description of at most `EventLimits.text` characters, or nil.
func textComplaint(_ text: String) -> String? {
    text.utf8.count > EventLimits.text ? "is longer than \(EventLimits.text) bytes" : nil
}
