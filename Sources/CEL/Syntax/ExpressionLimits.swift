/// How much an expression's text may ask of its reader, checker and evaluator.
public struct ExpressionLimits: Sendable, Hashable {
    /// Most UTF-8 bytes of text.
    public var bytes: Int
    /// Most nodes of the tree, macros and list elements included.
    public var nodes: Int
    /// Most levels of nesting; parser, checker, compiler and evaluator recurse once or twice a level, so this alone
    /// bounds their stacks.
    public var depth: Int
    /// Most errors reported of one expression.
    public var errors: Int

    /// Limits of one's own.
    public init(bytes: Int, nodes: Int, depth: Int, errors: Int = 20) {
        self.bytes = bytes
        self.nodes = nodes
        self.depth = depth
        self.errors = errors
    }

    /// 64 KiB and 16,384 nodes: the longest condition that people maintain is a list of some thousand identifiers.
    /// 128 levels: people write fewer than 20, generators fewer than 100; the deepest take under 512 KiB of stack, in
    /// a debug build under 2 MiB (`DepthTests`), where threads have 8 MiB. 20 errors: more are not read at once.
    public static let standard = ExpressionLimits(bytes: 1 << 16, nodes: 1 << 14, depth: 128, errors: 20)
}
