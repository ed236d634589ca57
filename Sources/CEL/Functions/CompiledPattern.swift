import RE2Shim
import WireFormat

/// A regular expression of RE2's syntax, whose time is linear in the text whatever the pattern.
public struct CompiledPattern: Sendable {
    /// Longest pattern, in UTF-8 bytes: far beyond what people maintain, and it bounds the time to compile.
    public static let lengthLimit = 4096
    /// Memory of one pattern, its automaton's cache included: a quarter of RE2's default, some thousand times what
    /// usual patterns need. Where the cache is full RE2 goes on, more slowly but in linear time.
    public static let memoryLimit: Int64 = 2 << 20

    private final class Handle: Sendable {
        // INVARIANT: owned by this object alone, never changed after `init`, freed once; RE2 allows any number of
        // threads to match with one pattern.
        nonisolated(unsafe) let pattern: OpaquePointer
        init(_ pattern: OpaquePointer) { self.pattern = pattern }
        deinit { re2shim_free(pattern) }
    }

    private let handle: Handle
    /// The pattern's instructions: what a byte of text costs at worst.
    let size: Int

    /// Compiles a pattern; fails when it is malformed or too large.
    public init(_ pattern: String) throws(EvaluationError) {
        let length = pattern.utf8.count
        guard length <= Self.lengthLimit else {
            throw EvaluationError(
                .invalidArgument, "the pattern has \(length) bytes; at most \(Self.lengthLimit) are allowed")
        }
        var reason = [CChar](repeating: 0, count: 128)
        let compiled = pattern.withContiguousUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                re2shim_compile($0.baseAddress, length, Self.memoryLimit, &reason, reason.count)
            }
        }
        guard let compiled else {
            let cause = String(decoding: reason.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            throw EvaluationError(
                .invalidArgument, "\(Value.excerpt(pattern)) is no regular expression of RE2: \(cause)")
        }
        handle = Handle(compiled)
        size = Int(re2shim_program_size(compiled))
    }

    /// Whether the pattern matches somewhere in the text.
    public func matches(_ text: String) -> Bool {
        text.withContiguousUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                re2shim_partial_match(handle.pattern, $0.baseAddress, bytes.count)
            }
        }
    }

    /// Whether the pattern matches the whole text.
    public func matchesWhole(_ text: String) -> Bool {
        text.withContiguousUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                re2shim_full_match(handle.pattern, $0.baseAddress, bytes.count)
            }
        }
    }
}

/// What patterns cost of a budget.
extension CompiledPattern {
    /// Compiling allocates some dozen objects for each byte of a pattern.
    static func compileCost(of pattern: String) -> Int { 64 + 16 * min(pattern.utf8.count, lengthLimit) }

    /// RE2 reads a byte in constant time from its automaton's cache; where that is too small it steps through at most
    /// `size` states a byte, some of them being a step of the budget.
    public func matchCost(of text: String) -> Int {
        1 + text.utf8.count / Budget.bytesPerStep * (1 + size / 64)
    }
}
