import Crypto
package import ServiceKit
package import WireFormat

/// An `Idempotency-Key` as one subject used it for one request.
package struct IdempotentUse: Sendable, Hashable {
    /// The key.
    package let key: IdempotencyKey
    /// Who used it; another subject's key of the same name is another key.
    package let subject: UUIDv7
    /// SHA-256 of method, path and body.
    package let digest: [UInt8]

    /// A use of which everything is known.
    package init(key: IdempotencyKey, subject: UUIDv7, digest: [UInt8]) {
        self.key = key
        self.subject = subject
        self.digest = digest
    }

    /// How a call uses its key; nil when it has none.
    package init?(_ call: Call) throws(Problem) {
        guard let key = try call.idempotencyKey() else { return nil }
        var hash = SHA256()
        hash.update(data: Array("\(call.method.rawValue) \(call.path)\n".utf8))
        hash.update(data: call.body)
        self.init(key: key, subject: try call.user.subject, digest: Array(hash.finalize()))
    }
}
