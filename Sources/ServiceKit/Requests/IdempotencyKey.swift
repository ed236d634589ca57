/// The caller's name for one creation, so that sending it twice creates one thing.
public struct IdempotencyKey: Sendable, Hashable {
    /// 8 to 128 visible ASCII characters.
    public let text: String

    /// Refuses keys that are too short to be unique, too long to keep, or not visible ASCII.
    public init?(_ text: String) {
        guard (8...128).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        self.text = text
    }
}
