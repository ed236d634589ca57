public import WireFormat

/// Seals values of one tenant and of the persons it was made for. It touches no database: prepare it before a
/// transaction, use it inside.
public struct Sealer: Sendable {
    /// Opens what the same keys sealed.
    public let opener: Opener
    let limits: SealLimits

    /// The tenant whose values it seals.
    public var tenant: TenantID { opener.tenant }

    /// Seals a column's value under the key of `person`, or under the tenant's when it is nil.
    ///
    /// - Throws: `personKeyMissing` when the sealer was not made for that person, `personErased`, `tooLong`,
    ///   `keyExhausted`.
    public func seal<Value>(
        _ value: Value, in column: SealedColumn<Value>, row: UUIDv7, person: UUIDv7?
    ) throws(KeyVaultError) -> Sealed<Value> {
        var plain = value.sealableBytes
        defer { wipe(&plain) }
        return Sealed(envelope: try seal(plain, at: column.place(tenant: tenant, row: row), person: person))
    }

    /// Seals bytes for `context` under the key of `person`, or under the tenant's when it is nil.
    public func seal(
        _ plain: [UInt8], _ context: SealContext, person: UUIDv7?
    ) throws(KeyVaultError) -> [UInt8] {
        try opener.checkTenant(context)
        return try seal(plain, at: context.place, person: person)
    }

    /// See `Opener.index(_:in:)`.
    public func index<Value>(_ value: String, in column: SealedColumn<Value>) -> [UInt8] {
        opener.index(value, in: column)
    }

    /// See `Opener.index(_:column:)`.
    public func index(_ value: String, column: StaticString) -> [UInt8] {
        opener.index(value, column: column)
    }

    private func seal(_ plain: [UInt8], at place: SealedPlace, person: UUIDv7?) throws(KeyVaultError) -> [UInt8] {
        if let person {
            return try Envelope.seal(plain, under: opener.personKey(person), .person(person), at: place)
        }
        let keys = opener.keys
        try keys.dataSeals.count(limits)
        let version = keys.currentData
        return try Envelope.seal(plain, under: keys.dataKey(version), .tenantData(version: version), at: place)
    }
}
