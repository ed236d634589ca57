import WireFormat

/// Where a sealed value belongs: the associated data that binds it there.
struct SealedPlace: Sendable, Hashable {
    let tenant: TenantID
    let table: String
    let column: String
    /// 16 bytes of the row's id, or whatever names the row of a key table.
    let row: [UInt8]

    private static let label = Array("bailiwick/seal/v1".utf8)

    /// The associated data: label, header, tenant, table, column and row, each behind its length as four bytes. Two
    /// different places can never be written as the same bytes.
    func associatedData(header: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(128)
        for field in [Self.label, header, Array(tenant.text.utf8), Array(table.utf8), Array(column.utf8), row] {
            withUnsafeBytes(of: UInt32(field.count).bigEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: field)
        }
        return bytes
    }
}
