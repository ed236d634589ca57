/// Where an ``AccessTokenAuthority`` learns of signing keys and revocations: over signed internal calls
/// (``RemoteIdentitySource``), or, inside AuthService, from its own tables.
public protocol IdentitySource: Sendable {
    /// The key set as it is now.
    func signingKeys() async throws -> SigningKeySet
    /// The notices after `position`, at once when there are any, else when one comes or when `wait` is over.
    func revocations(after position: Int64, wait: Duration) async throws -> RevocationPage
}
