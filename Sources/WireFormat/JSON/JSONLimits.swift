/// How much a JSON text may ask of its reader.
public struct JSONLimits: Sendable, Hashable {
    /// Most bytes of the whole text.
    public var bytes: Int
    /// Most arrays and objects inside one another.
    public var depth: Int

    /// Limits of one's own; the parser recurses once a level, so `depth` bounds its stack.
    public init(bytes: Int, depth: Int) {
        self.bytes = bytes
        self.depth = depth
    }

    /// 1 MiB, the contract's limit of a request body, and 32 levels: our deepest wire type, a plan's filter, needs
    /// fewer, and 32 stack frames are nothing.
    public static let standard = JSONLimits(bytes: 1 << 20, depth: 32)
}
