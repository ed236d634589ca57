import Synchronization
public import WireFormat

/// One tenant's unwrapped keys, and those of the persons it was made for, for the length of one request. It touches no
/// database, so it can be used inside a transaction. Take it from `KeyVault.opener` and let it go: an erasure elsewhere
/// does not reach the keys it holds. Values under the tenant's own key may be under a newer one than it knows of, for
/// `KeyVault.cacheLifetime` after a rotation; `KeyVault.open` reads the keys again and opens them.
public final class Opener: Sendable {
    let keys: TenantKeys
    private let persons: Mutex<[UUIDv7: PersonKey]>

    init(keys: TenantKeys, persons: [UUIDv7: PersonKey]) {
        self.keys = keys
        self.persons = Mutex(persons)
    }

    /// The tenant whose values it opens.
    public var tenant: TenantID { keys.tenant }

    /// Opens a column's value.
    ///
    /// - Parameter key: the person's wrapped key, when the caller's query brought it along; otherwise the opener must
    ///   have been made for that person.
    /// - Throws: `notAuthentic` when the value was altered, moved, or is under another key; `personErased` or
    ///   `personKeyMissing` when the person's key is not there.
    public func open<Value>(
        _ sealed: Sealed<Value>, in column: SealedColumn<Value>, row: UUIDv7, key: WrappedPersonKey? = nil
    ) throws(KeyVaultError) -> Value {
        var plain = try open(sealed.envelope, at: column.place(tenant: tenant, row: row), key: key)
        defer { wipe(&plain) }
        return try Value(sealableBytes: plain)
    }

    /// Opens bytes that were sealed for `context`.
    public func open(
        _ envelope: [UInt8], _ context: SealContext, key: WrappedPersonKey? = nil
    ) throws(KeyVaultError) -> [UInt8] {
        try checkTenant(context)
        return try open(envelope, at: context.place, key: key)
    }

    /// The keyed digest of a column's value, for `=`: equal values of one tenant and column have equal digests. The
    /// caller normalises first (case, white space).
    public func index<Value>(_ value: String, in column: SealedColumn<Value>) -> [UInt8] {
        KeyedIndex.digest(value, column: column.indexName, tenant: tenant, key: keys.index)
    }

    /// The keyed digest of a value, for `=`; `column` is `table.column`.
    public func index(_ value: String, column: StaticString) -> [UInt8] {
        KeyedIndex.digest(value, column: column.description, tenant: tenant, key: keys.index)
    }

    func checkTenant(_ context: SealContext) throws(KeyVaultError) {
        guard context.tenant == tenant else {
            throw KeyVaultError(.wrongTenant, "a value of tenant \(context.tenant) with the keys of \(tenant)")
        }
    }

    private func open(
        _ envelope: [UInt8], at place: SealedPlace, key: WrappedPersonKey?
    ) throws(KeyVaultError) -> [UInt8] {
        switch try Envelope.reference(of: envelope) {
        case .tenantData(let version):
            return try Envelope.open(envelope, under: keys.dataKey(version), at: place)
        case .person(let person):
            return try Envelope.open(envelope, under: personKey(person, wrapped: key), at: place)
        case .personWrapping, .keyEncryption:
            throw KeyVaultError(.malformed, "a wrapped key is not a value")
        }
    }

    /// The person's plain key, unwrapped at most once.
    func personKey(_ person: UUIDv7, wrapped: WrappedPersonKey? = nil) throws(KeyVaultError) -> DataKey {
        let known = persons.withLock { $0[person] }
        let source: WrappedPersonKey
        switch known {
        case .open(let key): return key
        case .erased: throw KeyVaultError(.personErased, "the key of person \(person) was destroyed")
        case .wrapped(let stored): source = stored
        case nil:
            guard let wrapped else { throw KeyVaultError(.personKeyMissing, "no key of person \(person) at hand") }
            source = wrapped
        }
        let key = try keys.unwrap(source, of: person)
        persons.withLock { $0[person] = .open(key) }
        return key
    }
}

/// What is known of a person's key.
enum PersonKey: Sendable {
    case wrapped(WrappedPersonKey)
    case open(DataKey)
    case erased
}
