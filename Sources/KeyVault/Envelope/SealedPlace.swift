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
    func associatedData(header: some Collection<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(160)
        func append(_ field: some Collection<UInt8>) {
            withUnsafeBytes(of: UInt32(field.count).bigEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: field)
        }
        append(Self.label)
        append(header)
        append(tenant.text.utf8)
        append(table.utf8)
        append(column.utf8)
        append(row)
        return bytes
    }
}
