/// What a YAML text may cost its reader.
public struct YAMLLimits: Sendable, Hashable {
    /// The longest text in bytes. A file longer than this is a mistake or an attack, and is not parsed at all.
    public var bytes: Int
    /// The deepest nesting, aliases followed. Readers recurse over the tree, so this bounds their stack.
    public var depth: Int
    /// The most aliases in a text. They are a convenience for people, who write a handful.
    public var aliases: Int
    /// The most nodes, counting an alias as the whole subtree that it stands for ("billion laughs").
    public var nodes: Int

    /// Creates limits.
    public init(bytes: Int, depth: Int, aliases: Int, nodes: Int) {
        self.bytes = bytes
        self.depth = depth
        self.aliases = aliases
        self.nodes = nodes
    }

    /// For files that people write: policies, settings, API descriptions. The largest of ours is under 200 KiB and
    /// ten levels deep; this leaves an order of magnitude.
    public static let standard = YAMLLimits(bytes: 4 << 20, depth: 64, aliases: 256, nodes: 500_000)
}
