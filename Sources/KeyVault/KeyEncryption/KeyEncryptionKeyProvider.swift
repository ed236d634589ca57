public import WireFormat

/// Wraps and unwraps tenant keys with a key-encryption key that this module never sees: a file now, PKCS#11 and cloud
/// key services later.
public protocol KeyEncryptionKeyProvider: Sendable {
    /// The id of the key that wraps from now on.
    func currentKeyID() async throws -> String

    /// Wraps `key` with the current key.
    func wrap(_ key: DataKey, _ context: KeyWrapContext) async throws -> WrappedDataKey

    /// Unwraps what `wrap` made for the same context.
    ///
    /// - Throws: `KeyVaultError` with `keyEncryptionKeyMissing` or `notAuthentic`.
    func unwrap(_ wrapped: WrappedDataKey, _ context: KeyWrapContext) async throws -> DataKey
}

/// A data key under a key-encryption key.
public struct WrappedDataKey: Sendable, Hashable {
    /// The key-encryption key that it is under.
    public let keyID: String
    /// The provider's own form of the wrapped key.
    public let bytes: [UInt8]

    /// A wrapped key as a provider made it or a database stored it.
    public init(keyID: String, bytes: [UInt8]) {
        self.keyID = keyID
        self.bytes = bytes
    }
}

/// What a wrapped tenant key is bound to: it unwraps for this tenant, purpose and version only.
public struct KeyWrapContext: Sendable, Hashable {
    /// The tenant.
    public let tenant: TenantID
    /// What the key is for.
    public let purpose: TenantKeyPurpose
    /// The key's version, from 1.
    public let version: Int32

    /// A context.
    public init(tenant: TenantID, purpose: TenantKeyPurpose, version: Int32) {
        self.tenant = tenant
        self.purpose = purpose
        self.version = version
    }

    var place: SealedPlace {
        let row = Array("\(purpose.rawValue)/\(version)".utf8)
        return SealedPlace(tenant: tenant, table: "tenant_key", column: "wrapped", row: row)
    }
}

/// What a tenant's key is for. Separate keys, because they are rotated differently.
public enum TenantKeyPurpose: String, Sendable, Hashable, CaseIterable {
    /// Seals values that belong to no person. Old versions stay, to open what they sealed.
    case data
    /// Wraps person keys. Rotation re-wraps all of them and destroys the old version.
    case person
    /// Keys the equality index. Never rotated: a new key would make every stored index unfindable.
    case index
}
