import Crypto
import WireFormat

/// Equality over sealed values: HMAC-SHA-256 under the tenant's index key, with label, tenant and column in front, each
/// behind its length. It shows which rows of one column are equal, and nothing across columns or tenants.
enum KeyedIndex {
    private static let label = "bailiwick/index/v1"

    static func digest(_ value: String, column: String, tenant: TenantID, key: DataKey) -> [UInt8] {
        var message: [UInt8] = []
        for field in [label, tenant.text, column, value] {
            withUnsafeBytes(of: UInt32(field.utf8.count).bigEndian) { message.append(contentsOf: $0) }
            message.append(contentsOf: field.utf8)
        }
        defer { wipe(&message) }
        return Array(HMAC<SHA256>.authenticationCode(for: message, using: key.symmetric))
    }
}
