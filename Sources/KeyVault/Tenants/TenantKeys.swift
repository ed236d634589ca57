import Synchronization
import WireFormat

/// A tenant's unwrapped keys. Never leaves the module; held by the bounded cache and by openers in use.
final class TenantKeys: Sendable {
    let tenant: TenantID
    let currentData: Int32
    let currentWrapping: Int32
    let index: DataKey
    /// Values sealed under the current data key by this process.
    let dataSeals: SealCounter
    /// Person keys wrapped under the current wrapping key by this process.
    let wrappingSeals: SealCounter

    private let data: [Int32: DataKey]
    private let wrapping: [Int32: DataKey]

    /// Nil when a purpose has no key yet.
    init?(tenant: TenantID, keys: [(StoredTenantKey, DataKey)], after former: TenantKeys?) {
        var byPurpose: [TenantKeyPurpose: [Int32: DataKey]] = [:]
        for (stored, key) in keys { byPurpose[stored.purpose, default: [:]][stored.version] = key }
        guard let data = byPurpose[.data], let wrapping = byPurpose[.person], let indexes = byPurpose[.index],
            let currentData = data.keys.max(), let currentWrapping = wrapping.keys.max(),
            let firstIndex = indexes.keys.min(), let index = indexes[firstIndex]
        else { return nil }
        self.tenant = tenant
        self.data = data
        self.wrapping = wrapping
        self.index = index
        self.currentData = currentData
        self.currentWrapping = currentWrapping
        dataSeals = former?.currentData == currentData ? former?.dataSeals ?? SealCounter() : SealCounter()
        wrappingSeals =
            former?.currentWrapping == currentWrapping ? former?.wrappingSeals ?? SealCounter() : SealCounter()
    }

    func dataKey(_ version: Int32) throws(KeyVaultError) -> DataKey {
        guard let key = data[version] else {
            throw KeyVaultError(.tenantKeyMissing, "tenant \(tenant) has no data key of version \(version)")
        }
        return key
    }

    func hasData(_ version: Int32) -> Bool { data[version] != nil }

    func canUnwrap(_ key: WrappedPersonKey) throws(KeyVaultError) -> Bool { try wrapping[key.wrappedBy] != nil }

    func unwrap(_ wrapped: WrappedPersonKey, of person: UUIDv7) throws(KeyVaultError) -> DataKey {
        let version = try wrapped.wrappedBy
        guard let wrappingKey = wrapping[version] else {
            throw KeyVaultError(.tenantKeyMissing, "tenant \(tenant) has no person-wrapping key of version \(version)")
        }
        let place = WrappedPersonKey.place(of: person, tenant: tenant)
        var bytes = try Envelope.open(wrapped.envelope, under: wrappingKey, at: place)
        guard let key = DataKey(consuming: &bytes) else {
            throw KeyVaultError(.malformed, "the wrapped key of person \(person) is no key")
        }
        return key
    }

    func wrap(_ key: DataKey, of person: UUIDv7, limits: SealLimits) throws(KeyVaultError) -> WrappedPersonKey {
        guard let wrappingKey = wrapping[currentWrapping] else {
            throw KeyVaultError(.tenantKeyMissing, "tenant \(tenant) has no person-wrapping key")
        }
        try wrappingSeals.count(limits)
        let place = WrappedPersonKey.place(of: person, tenant: tenant)
        let version = currentWrapping
        let envelope = try key.withBytes { bytes throws(KeyVaultError) in
            try Envelope.seal(bytes, under: wrappingKey, .personWrapping(version: version), at: place)
        }
        return WrappedPersonKey(envelope: envelope)
    }
}

/// Counts what one key has sealed in this process.
final class SealCounter: Sendable {
    private let sealed = Atomic<UInt64>(0)

    func count(_ limits: SealLimits) throws(KeyVaultError) {
        let (before, _) = sealed.add(1, ordering: .relaxed)
        guard before < limits.sealsPerKey else {
            throw KeyVaultError(.keyExhausted, "this key has sealed \(limits.sealsPerKey) values here; rotate it")
        }
    }
}
