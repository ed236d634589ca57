/// A secret or personal value that shows itself only when asked: it prints, logs and dumps as `‹redacted›`.
public struct Redacted<Value: Sendable>: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private let value: Value

    /// Wraps `value`.
    public init(_ value: Value) { self.value = value }

    /// The value itself; every call is a place to review.
    public func reveal() -> Value { value }

    public var description: String { "‹redacted›" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
