import ServiceKit
import WireFormat

/// A decision request that is not answered: malformed, or stating facts that its caller may not state.
///
/// AuthZEN 1.0 §10.1 answers these with a plain message, not with a problem document.
struct Refusal: Error, Sendable, Hashable {
    /// What kind of refusal; in batches it becomes the item's `status`.
    enum Kind: Int, Sendable, Hashable {
        case malformed = 400
        case forbidden = 403
    }

    let kind: Kind
    /// One sentence for the developer who wrote the request; it never repeats a value.
    let message: String

    static func malformed(_ message: String) -> Refusal { Refusal(kind: .malformed, message: message) }
    static func forbidden(_ message: String) -> Refusal { Refusal(kind: .forbidden, message: message) }

    /// The answer to a whole request.
    var reply: Reply {
        .text(message, status: kind == .malformed ? .badRequest : .forbidden)
    }

    /// The answer to one item of a batch: closed, with the cause (AuthZEN §7.2.1).
    var item: JSONValue {
        [
            "decision": false,
            "context": ["error": ["status": .integer(Int64(kind.rawValue)), "message": .string(message)]],
        ]
    }
}
