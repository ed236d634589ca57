import KeyVault
@_spi(ScopeMinting) import Postgres
import SQLQuery
import TestSupport
import Testing
import WireFormat

@Suite(.serialized) struct KeyVaultTests {
    private let salary = Array("61000.00 EUR".utf8)

    @Test func anotherCopyOpensWhatOneSealed() async throws {
        let story = try await VaultStory()
        let (row, person) = (UUIDv7.generate(), UUIDv7.generate())
        for owner in [person, nil] {
            let sealed = try await story.vault().seal(salary, story.context(row), person: owner)
            #expect(try await story.vault().open(sealed, story.context(row)) == salary)
        }
    }

    @Test func aMovedValueDoesNotOpen() async throws {
        let story = try await VaultStory()
        let vault = try story.vault()
        let other = TenantScope(tenant: TenantID(UUIDv7.generate()))
        let (row, person) = (UUIDv7.generate(), UUIDv7.generate())
        for owner in [person, nil] {
            let sealed = try await vault.seal(salary, story.context(row), person: owner)
            // The same person has a key in the other tenant too.
            _ = try await vault.seal(salary, story.context(row, scope: other), person: owner)
            for context in [
                story.context(row, scope: other), story.context(.generate()),
                SealContext(story.scope, table: "contractor", column: "salary", row: row),
                SealContext(story.scope, table: "employee", column: "bonus", row: row),
            ] {
                let error = await #expect(throws: KeyVaultError.self) { try await vault.open(sealed, context) }
                #expect(error?.code == .notAuthentic)
            }
        }
    }

    @Test func anotherPersonsKeyRowDoesNotServe() async throws {
        let story = try await VaultStory()
        let vault = try story.vault()
        let (row, person, other) = (UUIDv7.generate(), UUIDv7.generate(), UUIDv7.generate())
        let sealed = try await vault.seal(salary, story.context(row), person: person)
        _ = try await vault.seal(salary, story.context(row), person: other)
        let stolen = try await story.personKeyRow(other)
        try await story.asSuperuser([
            "UPDATE person_key SET wrapped = \(stolen.wrapped) WHERE person = \(person)"
        ])
        let error = await #expect(throws: KeyVaultError.self) { try await vault.open(sealed, story.context(row)) }
        #expect(error?.code == .notAuthentic)
    }

    @Test func copiesThatMakeATenantsKeysAtOnceAgree() async throws {
        let story = try await VaultStory()
        let (row, person) = (UUIDv7.generate(), UUIDv7.generate())
        let made = try await withThrowingTaskGroup(of: ([UInt8], [UInt8], [UInt8]).self) { group in
            for _ in 0..<8 {
                group.addTask { [salary] in
                    let vault = try story.vault()
                    async let ofPerson = vault.seal(salary, story.context(row), person: person)
                    async let ofTenant = vault.seal(salary, story.context(row), person: nil)
                    async let index = vault.index("x", column: "employee.email", scope: story.scope)
                    return try await (ofPerson, ofTenant, index)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let vault = try story.vault()
        for (ofPerson, ofTenant, index) in made {
            #expect(try await vault.open(ofPerson, story.context(row)) == salary)
            #expect(try await vault.open(ofTenant, story.context(row)) == salary)
            #expect(index == made[0].2)
        }
    }

    @Test func aPageOpensWithTheKeysItsQueryBroughtAlongAndNothingMore() async throws {
        let story = try await VaultStory()
        let vault = try story.vault()
        let people = (0..<20).map { _ in UUIDv7.generate() }
        let sealer = try await vault.sealer(scope: story.scope, persons: people)
        let page = try people.map { person in
            (person, try sealer.seal("ID-\(person)", in: .nationalID, row: person, person: person))
        }
        var keys: [UUIDv7: WrappedPersonKey] = [:]
        let rows = try await story.database.query(
            story.scope, "SELECT person, wrapped AS person_key FROM person_key WHERE tenant = \(story.tenant)")
        for row in rows { keys[try row.get("person")] = try row.get("person_key", as: WrappedPersonKey?.self) }
        #expect(keys.count == people.count)

        // With the pool closed, every query would fail.
        await story.database.close()
        let opener = try await vault.opener(scope: story.scope, keys: keys)
        for (person, sealed) in page {
            #expect(try opener.open(sealed, in: .nationalID, row: person) == "ID-\(person)")
        }
        let bare = try await vault.opener(scope: story.scope)
        let (person, sealed) = page[0]
        #expect(try bare.open(sealed, in: .nationalID, row: person, key: keys[person]) == "ID-\(person)")
        let error = #expect(throws: KeyVaultError.self) {
            try bare.open(page[1].1, in: .nationalID, row: page[1].0, key: keys[person])
        }
        #expect(error?.code == .notAuthentic)
        #expect(throws: (any Error).self) { try bare.open(page[2].1, in: .nationalID, row: page[2].0) }
    }

    @Test func aSealedColumnTravelsThroughTheDatabase() async throws {
        let story = try await VaultStory()
        let vault = try story.vault()
        let person = UUIDv7.generate()
        let sealed = try await vault.seal("ID-7", in: .nationalID, row: person, scope: story.scope, person: person)
        let rows = try await story.database.query(story.scope, "SELECT \(sealed)::bytea AS national_id")
        let read = try #require(rows.first).get("national_id", as: Sealed<String>.self)
        #expect(read == sealed)
        #expect(try await vault.open(read, in: .nationalID, row: person, scope: story.scope) == "ID-7")
    }

    @Test func anIndexFindsEqualValuesOfOneColumnOfOneTenant() async throws {
        let story = try await VaultStory()
        let vault = try story.vault()
        let other = TenantScope(tenant: TenantID(UUIDv7.generate()))
        let index = try await vault.index("ada@example.com", column: "employee.email", scope: story.scope)
        #expect(index.count == 32)
        let same = try await story.vault().index("ada@example.com", column: "employee.email", scope: story.scope)
        #expect(same == index)
        for different in [
            try await vault.index("ada@example.org", column: "employee.email", scope: story.scope),
            try await vault.index("ada@example.com", column: "employee.private_email", scope: story.scope),
            try await vault.index("ada@example.com", column: "employee.email", scope: other),
        ] {
            #expect(different != index)
        }
        try await vault.rotateTenantKeys(scope: story.scope)
        #expect(try await vault.index("ada@example.com", column: "employee.email", scope: story.scope) == index)
        let opener = try await vault.opener(scope: story.scope)
        #expect(opener.index("7", in: .nationalID) == opener.index("7", column: "employee.national_id"))
    }

    @Test func accountsAreSealedUnderTheTenantSystem() async throws {
        let story = try await VaultStory()
        let vault = try story.vault()
        let account = UUIDv7.generate()
        let context = SealContext(SystemScope(), table: "account", column: "email", row: account)
        #expect(context.tenant == .system)
        let sealed = try await vault.seal(salary, context, person: account)
        #expect(try await vault.open(sealed, context) == salary)
    }

    @Test func keysOfOneTenantAreNotUsedForAnother() async throws {
        let story = try await VaultStory()
        let other = TenantScope(tenant: TenantID(UUIDv7.generate()))
        let sealer = try await story.vault().sealer(scope: other)
        let error = #expect(throws: KeyVaultError.self) {
            try sealer.seal(salary, story.context(.generate()), person: nil)
        }
        #expect(error?.code == .wrongTenant)
    }

    @Test func aSealerServesOnlyThePersonsItWasMadeFor() async throws {
        let story = try await VaultStory()
        let sealer = try await story.vault().sealer(scope: story.scope, persons: [.generate()])
        let error = #expect(throws: KeyVaultError.self) {
            try sealer.seal(salary, story.context(.generate()), person: .generate())
        }
        #expect(error?.code == .personKeyMissing)
    }

    @Test func aWrappedKeyIsNoValue() async throws {
        let story = try await VaultStory()
        let vault = try story.vault()
        let person = UUIDv7.generate()
        _ = try await vault.seal(salary, story.context(person), person: person)
        let wrapped = try await story.personKeyRow(person).wrapped
        let context = SealContext(story.scope, table: "person_key", column: "wrapped", row: person)
        let error = await #expect(throws: KeyVaultError.self) { try await vault.open(wrapped, context) }
        #expect(error?.code == .malformed)
    }

    @Test func anExhaustedKeySealsAgainAfterItsRotation() async throws {
        let story = try await VaultStory()
        let vault = try story.vault(limits: SealLimits(sealsPerKey: 3))
        let context = story.context(.generate())
        for _ in 0..<3 { _ = try await vault.seal(salary, context, person: nil) }
        let error = await #expect(throws: KeyVaultError.self) { try await vault.seal(salary, context, person: nil) }
        #expect(error?.code == .keyExhausted)
        try await vault.rotateTenantKeys(scope: story.scope)
        let sealed = try await vault.seal(salary, context, person: nil)
        #expect(try await vault.open(sealed, context) == salary)
    }

    @Test func theServiceRoleReachesItsOwnTenantsKeysOnlyAndRemovesNoPerson() async throws {
        let story = try await VaultStory()
        let person = UUIDv7.generate()
        _ = try await story.vault().seal(salary, story.context(person), person: person)
        let other = TenantScope(tenant: TenantID(UUIDv7.generate()))
        #expect(try await story.database.query(other, "SELECT 1 FROM person_key").isEmpty)
        #expect(try await story.database.query(other, "SELECT 1 FROM tenant_key").isEmpty)
        #expect(try await story.database.query(SystemScope(), "SELECT 1 FROM tenant_key").isEmpty)
        for statement in ["DELETE FROM person_key", "TRUNCATE person_key", "TRUNCATE tenant_key"] as [SQL] {
            let error = await #expect(throws: PostgresError.self) {
                try await story.database.execute(story.scope, statement)
            }
            #expect(error?.code == .insufficientPrivilege)
        }
    }

    @Test func theKeyTablesPassTheCatalogueAudit() async throws {
        let story = try await VaultStory()
        #expect(try await CatalogueAudit.findings(story.database) == [])
    }
}
