/// A value that may be absent, as `optional.of(1)`, `optional.none()` and `m.?key` make.
public struct OptionalValue: Sendable {
    /// Boxed, because a `Value` cannot hold itself in line.
    private final class Box: Sendable {
        let value: Value
        init(_ value: Value) { self.value = value }
    }

    private let box: Box?

    /// A present value, or absence for nil.
    public init(_ value: Value?) { box = value.map(Box.init) }

    /// Absence.
    public static let none = OptionalValue(nil)

    /// A present value.
    public static func some(_ value: Value) -> OptionalValue { OptionalValue(value) }

    /// What is present, if anything.
    public var wrapped: Value? { box?.value }

    /// Whether a value is present.
    public var hasValue: Bool { box != nil }
}
