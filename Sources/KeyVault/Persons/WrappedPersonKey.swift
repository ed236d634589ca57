public import Postgres
import WireFormat

/// A person's key as the column `person_key.wrapped` holds it. A query that reads sealed values brings it along, so that
/// opening them needs no further query:
///
/// ```sql
/// SELECT e.id, e.salary, k.wrapped AS person_key
/// FROM employee e LEFT JOIN person_key k ON k.tenant = e.tenant AND k.person = e.id
/// ```
///
/// Null, read as `WrappedPersonKey?`, means that there is none or that it was destroyed.
public struct WrappedPersonKey: Sendable, Hashable {
    let envelope: [UInt8]

    init(envelope: [UInt8]) {
        self.envelope = envelope
    }

    /// The version of the tenant's key that it is under.
    var wrappedBy: Int32 {
        get throws(KeyVaultError) {
            guard case .personWrapping(let version) = try Envelope.reference(of: envelope) else {
                throw KeyVaultError(.malformed, "the bytes are no wrapped person key")
            }
            return version
        }
    }

    static func place(of person: UUIDv7, tenant: TenantID) -> SealedPlace {
        SealedPlace(tenant: tenant, table: "person_key", column: "wrapped", row: person.bytes)
    }
}

extension WrappedPersonKey: SQLDecodable {
    /// Reads `bytea`. Whether it is a wrapped key shows when it is used.
    public init(cell: SQLCell) throws(RowError) {
        envelope = try cell.binary()
    }
}
