/// Why a message did not enter the outbox. The business change must not commit without it.
public struct OutboxError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong; cases can be added without breaking callers.
    public struct Code: Sendable, Hashable {
        let name: String

        /// The message names another tenant than the scope of the statement.
        public static let otherTenant = Code(name: "other-tenant")
        /// The payload is larger than ``OutboxMessage/payloadLimit``.
        public static let payloadTooLarge = Code(name: "payload-too-large")
    }

    /// What went wrong.
    public let code: Code
    /// One sentence for the log; it names sizes and ids, never content.
    public let description: String
}
