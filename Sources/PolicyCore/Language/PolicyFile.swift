/// A file of a bundle as it was read: what it is called and what is in it.
public struct PolicyFile: Sendable, Hashable {
    /// How messages name it.
    public let path: String
    /// Its bytes.
    public let bytes: [UInt8]

    /// Creates a file.
    public init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }

    /// Creates a file from text.
    public init(path: String, text: String) {
        self.init(path: path, bytes: Array(text.utf8))
    }
}
