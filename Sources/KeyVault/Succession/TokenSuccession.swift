import Crypto
import WireFormat

/// Derives the successor of a single-use secret from that secret, so that whoever presents the secret again is given the
/// same successor although neither is stored: HMAC-SHA-256 under a key that is derived from the tenant's index key
/// (HKDF-SHA-256) and never leaves this module. The table alone, or one secret alone, gives nothing
/// (docs/decisions/0011-sessions-and-tokens.md).
public struct TokenSuccession: Sendable {
    /// What the key is derived for; another use of the same index key gets another key.
    private static let label = "bailiwick/token-succession/v1"
    /// As long as the digest: more adds nothing (RFC 2104 §3).
    private static let keyBytes = 32

    private let key: SymmetricKey

    init(index: DataKey, tenant: TenantID) throws(KeyVaultError) {
        var bytes = try KeyDerivation.derive(
            index, salt: Array(tenant.text.utf8), info: Array(Self.label.utf8), count: Self.keyBytes)
        defer { wipe(&bytes) }
        key = SymmetricKey(data: bytes)
    }

    /// 32 bytes: the secret that follows `parent`, which is everything that tells one token from another.
    public func successor(of parent: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: parent, using: key))
    }
}

extension KeyVault {
    /// The succession of one tenant's tokens.
    public func succession(scope: some KeyScope) async throws -> TokenSuccession {
        let keys = try await tenantKeys(scope.keyScope)
        return try TokenSuccession(index: keys.index, tenant: keys.tenant)
    }
}
