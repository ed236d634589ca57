import Crypto
import WireFormat

/// Keys the digest that stands before a slow password hash, so that whoever has only the table cannot even try
/// passwords: HMAC-SHA-384. Like every key it never leaves this module (docs/decisions/0016-pepper-rotation.md).
public struct PasswordPepper: Sendable {
    /// What the first key is derived for; another use of the same index key gets another key.
    private static let label = "bailiwick/password-pepper/v1"
    /// As long as the digest: more adds nothing (RFC 2104 §3).
    fileprivate static let keyBytes = 48

    /// Which one it is, from 1; a stored hash names it.
    public let version: Int
    private let key: SymmetricKey

    /// The first: derived from the tenant's index key (HKDF-SHA-256), so that an installation has it from its beginning.
    init(index: DataKey, tenant: TenantID) throws(KeyVaultError) {
        var bytes = try KeyDerivation.derive(
            index, salt: Array(tenant.text.utf8), info: Array(Self.label.utf8), count: Self.keyBytes)
        defer { wipe(&bytes) }
        version = 1
        key = SymmetricKey(data: bytes)
    }

    fileprivate init(version: Int, key: [UInt8]) {
        self.version = version
        self.key = SymmetricKey(data: key)
    }

    /// 48 bytes that stand for `password`.
    public func digest(_ password: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA384>.authenticationCode(for: password, using: key))
    }
}

extension KeyVault {
    /// The first pepper of one tenant's passwords; accounts are of the tenant `system`.
    public func pepper(scope: some KeyScope) async throws -> PasswordPepper {
        let keys = try await tenantKeys(scope.keyScope)
        return try PasswordPepper(index: keys.index, tenant: keys.tenant)
    }

    /// A later pepper, by what ``sealNewPepper(_:)`` made for the same context.
    public func pepper(version: Int, sealed: [UInt8], _ context: SealContext) async throws -> PasswordPepper {
        var key = try await open(sealed, context)
        defer { wipe(&key) }
        return PasswordPepper(version: version, key: key)
    }

    /// The key of a later pepper, fresh and sealed: its plain form never leaves this module.
    public func sealNewPepper(_ context: SealContext) async throws -> [UInt8] {
        let size = SymmetricKeySize(bitCount: PasswordPepper.keyBytes * 8)
        var key = SymmetricKey(size: size).withUnsafeBytes { Array($0) }
        defer { wipe(&key) }
        return try await seal(key, context, person: nil)
    }
}
