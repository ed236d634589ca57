import Testing
import WireFormat

@testable import KeyVault

/// Keys and places for tests without a database.
enum EnvelopeSamples {
    static func id(_ suffix: String) throws -> UUIDv7 {
        try #require(UUIDv7("0193e2a1-7b3c-7c00-8a00-0000000000\(suffix)"))
    }

    static func tenant(_ suffix: String = "01") throws -> TenantID { TenantID(try id(suffix)) }

    static func key(first: UInt8 = 0) throws -> DataKey {
        var bytes = (0..<32).map { first &+ UInt8($0) }
        return try #require(DataKey(consuming: &bytes))
    }

    static func place(
        tenant: String = "01", table: String = "employee", column: String = "salary", row: String = "dd"
    ) throws -> SealedPlace {
        SealedPlace(tenant: try self.tenant(tenant), table: table, column: column, row: try id(row).bytes)
    }
}
