/// What is wrong with one field of a request, as RFC 9457's `errors` shows it.
public struct FieldError: Error, Sendable, Hashable {
    /// RFC 6901 pointer into the body; empty for the whole of it.
    public let pointer: String
    /// The cause and what would be right; never the value itself, which may be personal.
    public let detail: String

    /// An error at `pointer`.
    public init(pointer: String, detail: String) {
        self.pointer = pointer
        self.detail = detail
    }
}

/// All that is wrong with a body, in the order in which its fields are read.
public struct FieldErrors: Error, Sendable, Hashable {
    /// At least one.
    public let errors: [FieldError]

    /// Gathers `errors`.
    public init(_ errors: [FieldError]) { self.errors = errors }
}

/// Why a JSON value is not the value that a field wants.
public struct WireValueError: Error, Sendable, Hashable {
    /// RFC 6901 pointer from the value to the offending part of it; empty for the value itself.
    public let pointer: String
    /// The cause, lower case.
    public let detail: String

    /// A cause, inside the value when `pointer` is not empty.
    public init(_ detail: String, at pointer: String = "") {
        self.detail = detail
        self.pointer = pointer
    }
}
