/// Comparison whose time does not depend on where two secrets differ.
public enum ConstantTime {
    /// Whether both are the same bytes. The lengths may show, the contents do not.
    @inlinable
    public static func equal(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for (first, second) in zip(left, right) { difference |= first ^ second }
        return difference == 0
    }
}
