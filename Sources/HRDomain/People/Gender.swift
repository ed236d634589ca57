/// Gender as an organisation records it for its legal reports; the person may leave it open.
public enum Gender: String, Hashable, Sendable, CaseIterable {
    /// Female.
    case female
    /// Male.
    case male
    /// Neither or both.
    case nonBinary = "non_binary"
    /// The person chose not to say.
    case undisclosed
}
