import Testing
import WireFormat

@testable import KeyVault

@Suite struct TenantKeyCacheTests {
    private func keys(_ tenant: TenantID, version: Int32 = 1, after former: TenantKeys? = nil) throws -> TenantKeys {
        let stored = TenantKeyPurpose.allCases.map { purpose in
            StoredTenantKey(
                purpose: purpose, version: purpose == .index ? 1 : version,
                wrapped: WrappedDataKey(keyID: "k", bytes: []))
        }
        return try #require(TenantKeys(tenant: tenant, keys: stored.map { ($0, DataKey.generate()) }, after: former))
    }

    private let tenants = (0..<4).map { _ in TenantID(UUIDv7.generate()) }

    @Test func theLeastRecentlyUsedTenantLeavesFirst() throws {
        let cache = TenantKeyCache(capacity: 3, lifetime: .seconds(60))
        for tenant in tenants.prefix(3) { cache.keep(try keys(tenant)) }
        _ = cache.keys(of: tenants[0])
        cache.keep(try keys(tenants[3]))
        #expect(cache.count == 3)
        #expect(cache.keys(of: tenants[1]) == nil)
        for kept in [0, 2, 3] { #expect(cache.keys(of: tenants[kept]) != nil) }
    }

    @Test func oldKeysAreReadAgain() throws {
        let cache = TenantKeyCache(capacity: 3, lifetime: .seconds(60))
        let start = ContinuousClock.now
        cache.keep(try keys(tenants[0]), now: start)
        #expect(cache.keys(of: tenants[0], now: start + .seconds(59)) != nil)
        #expect(cache.keys(of: tenants[0], now: start + .seconds(60)) == nil)
        cache.keep(try keys(tenants[0]))
        cache.expire(tenants[0])
        #expect(cache.keys(of: tenants[0]) == nil)
        #expect(cache.former(of: tenants[0]) != nil)
    }

    @Test func theCountOfSealsOutlivesAReloadAndEndsWithARotation() throws {
        let limits = SealLimits(sealsPerKey: 2)
        let first = try keys(tenants[0])
        try first.dataSeals.count(limits)
        try first.dataSeals.count(limits)
        let reloaded = try keys(tenants[0], after: first)
        let error = #expect(throws: KeyVaultError.self) { try reloaded.dataSeals.count(limits) }
        #expect(error?.code == .keyExhausted)
        try keys(tenants[0], version: 2, after: reloaded).dataSeals.count(limits)
    }

    @Test func aTenantWithoutAKeyForEveryPurposeHasNone() {
        #expect(TenantKeys(tenant: .system, keys: [], after: nil) == nil)
    }

    /// Made by Python's `hmac` from the description in `KeyedIndex`.
    @Test func theKeyedIndexIsWhatAnotherProgramMakes() throws {
        let digest = KeyedIndex.digest(
            "ada@example.com", column: "employee.email", tenant: try EnvelopeSamples.tenant(),
            key: try EnvelopeSamples.key())
        #expect(Hex.encode(digest) == "0ec624d5f48fe2892e94f8803c30152b8ddc4306d321aa33ec29d96ec5027aef")
    }
}
