import Postgres
public import WireFormat

/// Where a sealed value lives. It opens there and nowhere else.
public struct SealContext: Sendable, Hashable {
    let scope: TenantScope
    let place: SealedPlace

    /// A value's place: a table, a column and the row's id. For account data pass the `SystemScope`.
    public init(_ scope: some KeyScope, table: StaticString, column: StaticString, row: UUIDv7) {
        self.scope = scope.keyScope
        place = SealedPlace(
            tenant: self.scope.tenant, table: table.description, column: column.description, row: row.bytes)
    }

    /// The tenant whose keys seal the value.
    public var tenant: TenantID { place.tenant }
}
