import Crypto
import WireFormat

/// Keys the digest that stands before a slow password hash, so that whoever has only the table cannot even try
/// passwords: HMAC-SHA-384 under a key that is derived from the tenant's index key (HKDF-SHA-256). Like every key it
/// never leaves this module. The index key is never rotated, and neither is this one: a new key would void every
/// password (docs/decisions/0007-password-storage.md).
public struct PasswordPepper: Sendable {
    /// What the key is derived for; another use of the same index key gets another key.
    private static let label = "bailiwick/password-pepper/v1"
    /// As long as the digest: more adds nothing (RFC 2104 §3).
    private static let keyBytes = 48

    private let key: SymmetricKey

    init(index: DataKey, tenant: TenantID) throws(KeyVaultError) {
        var bytes = try KeyDerivation.derive(
            index, salt: Array(tenant.text.utf8), info: Array(Self.label.utf8), count: Self.keyBytes)
        defer { wipe(&bytes) }
        key = SymmetricKey(data: bytes)
    }

    /// 48 bytes that stand for `password`.
    public func digest(_ password: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA384>.authenticationCode(for: password, using: key))
    }
}

extension KeyVault {
    /// The pepper of one tenant's passwords; accounts are of the tenant `system`.
    public func pepper(scope: some KeyScope) async throws -> PasswordPepper {
        let keys = try await tenantKeys(scope.keyScope)
        return try PasswordPepper(index: keys.index, tenant: keys.tenant)
    }
}
