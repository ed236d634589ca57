/// Why a key or a value could not be had. Never holds key material or plain values.
public struct KeyVaultError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of failure.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The name, for logs.
        public let description: String

        private init(_ description: String) { self.description = description }

        /// The bytes are no envelope.
        public static let malformed = Code("malformed")
        /// The envelope's version is not one that this release reads.
        public static let unknownVersion = Code("unknown-version")
        /// The envelope does not open: altered, moved to another tenant, table, column or row, or under another key.
        public static let notAuthentic = Code("not-authentic")
        /// The plain value is longer than `SealLimits.plainBytes`.
        public static let tooLong = Code("too-long")
        /// The data key has sealed as many values as `SealLimits` allows; rotate it.
        public static let keyExhausted = Code("key-exhausted")
        /// The tenant has no such key, or no longer.
        public static let tenantKeyMissing = Code("tenant-key-missing")
        /// The person has no key here.
        public static let personKeyMissing = Code("person-key-missing")
        /// The person's key was destroyed; nothing sealed under it opens again.
        public static let personErased = Code("person-erased")
        /// The value is sealed for another tenant than the scope's.
        public static let wrongTenant = Code("wrong-tenant")
        /// The provider does not hold the key-encryption key with this id.
        public static let keyEncryptionKeyMissing = Code("key-encryption-key-missing")
        /// The key file is missing, readable by others, or not what it should be.
        public static let keyFile = Code("key-file")
        /// The opened bytes are no value of the column's type.
        public static let wrongType = Code("wrong-type")
    }

    /// What kind of failure.
    public let code: Code
    /// What exactly, in lower case.
    public let description: String

    /// A failure; `SealableValue` types throw `wrongType`.
    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
