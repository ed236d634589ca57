import KeyVault
@_spi(ScopeMinting) import Postgres
import SQLQuery
import Synchronization
import Testing
import WireFormat

/// Up until somebody lowers it.
private final class Flag: Sendable {
    private let state = Atomic(true)
    var isUp: Bool { state.load(ordering: .relaxed) }
    func lower() { state.store(false, ordering: .relaxed) }
}

@Suite(.serialized) struct KeyRotationTests {
    private let salary = Array("61000.00 EUR".utf8)

    @Test func everythingOpensAfterARotationAlsoInACopyThatDoesNotKnowOfIt() async throws {
        let story = try await VaultStory()
        let (vault, elsewhere) = (try story.vault(), try story.vault())
        let row = UUIDv7.generate()
        let people = (0..<3).map { _ in UUIDv7.generate() }
        var sealed: [[UInt8]] = []
        for owner in people.map(Optional.some) + [nil] {
            sealed.append(try await elsewhere.seal(salary, story.context(row), person: owner))
        }
        let rotation = try await vault.rotateTenantKeys(scope: story.scope)
        #expect(rotation.dataVersion == 2 && rotation.personVersion == 2 && rotation.personKeys == people.count)
        for owner in [UUIDv7.generate(), nil] {
            sealed.append(try await vault.seal(salary, story.context(row), person: owner))
            sealed.append(try await elsewhere.seal(salary, story.context(row), person: owner))
        }
        for copy in [vault, elsewhere, try story.vault()] {
            for value in sealed { #expect(try await copy.open(value, story.context(row)) == salary) }
        }
        let remaining = try await story.database.query(
            story.scope, "SELECT version FROM tenant_key WHERE tenant = \(story.tenant) AND purpose = 'person'")
        #expect(try remaining.map { try $0.get("version", as: Int.self) } == [2])
    }

    @Test func aCopyWithTheFormerKeysInMemoryOpensWhatTheNewOnesSealed() async throws {
        let story = try await VaultStory()
        let (vault, elsewhere) = (try story.vault(), try story.vault())
        let row = UUIDv7.generate()
        for owner in [UUIDv7.generate(), nil] {
            _ = try await elsewhere.seal(salary, story.context(row), person: owner)
            try await vault.rotateTenantKeys(scope: story.scope)
            let sealed = try await vault.seal(salary, story.context(row), person: owner)
            #expect(try await elsewhere.open(sealed, story.context(row)) == salary)
        }
    }

    @Test func rowsReadBeforeARotationOpenAfterIt() async throws {
        let story = try await VaultStory()
        let vault = try story.vault()
        let people = (0..<3).map { _ in UUIDv7.generate() }
        let sealer = try await vault.sealer(scope: story.scope, persons: people)
        let page = try people.map { ($0, try sealer.seal("x", in: .nationalID, row: $0, person: $0)) }
        var keys: [UUIDv7: WrappedPersonKey] = [:]
        let rows = try await story.database.query(
            story.scope, "SELECT person, wrapped FROM person_key WHERE tenant = \(story.tenant)")
        for row in rows { keys[try row.get("person")] = try row.get("wrapped", as: WrappedPersonKey.self) }
        try await story.vault().rotateTenantKeys(scope: story.scope)

        // One copy has the former keys in memory, another has never seen them.
        for copy in [vault, try story.vault()] {
            let opener = try await copy.opener(scope: story.scope, keys: keys)
            for (person, sealed) in page { #expect(try opener.open(sealed, in: .nationalID, row: person) == "x") }
        }
    }

    @Test func readingAndWritingGoOnDuringRotations() async throws {
        let story = try await VaultStory()
        let row = UUIDv7.generate()
        let first = try await story.vault().seal(salary, story.context(row), person: .generate())
        let rotating = Flag()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask { [salary] in
                    let vault = try story.vault()
                    var sealed = [first]
                    while rotating.isUp {
                        let owner: UUIDv7? = Bool.random() ? .generate() : nil
                        sealed.append(try await vault.seal(salary, story.context(row), person: owner))
                        let value = sealed[Int.random(in: 0..<sealed.count)]
                        #expect(try await vault.open(value, story.context(row)) == salary)
                    }
                    for value in sealed { #expect(try await vault.open(value, story.context(row)) == salary) }
                    return sealed.count
                }
            }
            group.addTask {
                // Two copies rotate against each other.
                let (one, other) = (try story.vault(), try story.vault())
                for _ in 0..<5 {
                    async let left = one.rotateTenantKeys(scope: story.scope)
                    async let right = other.rotateTenantKeys(scope: story.scope)
                    let versions = try await Set([left.personVersion, right.personVersion])
                    #expect(versions.count == 2)
                }
                rotating.lower()
                return 0
            }
            var sealed = 0
            for try await count in group { sealed += count }
            #expect(sealed > 4)
        }
    }

    @Test func tenantKeysAreWrappedAnewWithTheCurrentKeyEncryptionKey() async throws {
        let story = try await VaultStory()
        let (row, person) = (UUIDv7.generate(), UUIDv7.generate())
        let sealed = try await story.vault().seal(salary, story.context(row), person: person)
        let former = try KeyFile.addKey(at: story.keyFile).ids[0]
        let vault = try story.vault()
        #expect(try await vault.rewrapTenantKeys(scope: story.scope) == 3)
        #expect(try await vault.rewrapTenantKeys(scope: story.scope) == 0)
        _ = try KeyFile.removeKey(former, at: story.keyFile)
        #expect(try await story.vault().open(sealed, story.context(row)) == salary)
    }

    @Test func withoutItsKeyEncryptionKeyATenantIsClosed() async throws {
        let story = try await VaultStory()
        let row = UUIDv7.generate()
        let sealed = try await story.vault().seal(salary, story.context(row), person: nil)
        let former = try KeyFile.addKey(at: story.keyFile).ids[0]
        _ = try KeyFile.removeKey(former, at: story.keyFile)
        let error = await #expect(throws: KeyVaultError.self) {
            try await story.vault().open(sealed, story.context(row))
        }
        #expect(error?.code == .keyEncryptionKeyMissing)
    }

    @Test func aTenantKeyMovedToAnotherTenantDoesNotUnwrap() async throws {
        let story = try await VaultStory()
        let other = TenantScope(tenant: TenantID(UUIDv7.generate()))
        try await story.vault().createTenantKeys(scope: story.scope)
        try await story.vault().createTenantKeys(scope: other)
        try await story.asSuperuser([
            """
            UPDATE tenant_key SET wrapped = own.wrapped FROM tenant_key own
            WHERE tenant_key.tenant = \(other.tenant) AND own.tenant = \(story.tenant) AND own.purpose = tenant_key.purpose
            """
        ])
        let error = await #expect(throws: KeyVaultError.self) { try await story.vault().opener(scope: other) }
        #expect(error?.code == .notAuthentic)
    }

    @Test func aResealedValueIsUnderTheCurrentKey() async throws {
        let story = try await VaultStory()
        let vault = try story.vault()
        let context = story.context(.generate())
        let former = try await vault.seal(salary, context, person: nil)
        try await vault.rotateTenantKeys(scope: story.scope)
        let fresh = try await vault.reseal(former, context)
        #expect(try await vault.open(fresh, context) == salary)
        try await story.asSuperuser(["DELETE FROM tenant_key WHERE purpose = 'data' AND version = 1"])
        let copy = try story.vault()
        #expect(try await copy.open(fresh, context) == salary)
        let error = await #expect(throws: KeyVaultError.self) { try await copy.open(former, context) }
        #expect(error?.code == .tenantKeyMissing)
    }
}
