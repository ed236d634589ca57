import KeyVault
@_spi(ScopeMinting) import Postgres
import SQLQuery
import Testing
import WireFormat

@Suite(.serialized) struct KeyErasureTests {
    private let salary = Array("61000.00 EUR".utf8)

    @Test func nothingOfAnErasedPersonOpensInAnyCopy() async throws {
        let story = try await VaultStory()
        let (vault, elsewhere) = (try story.vault(), try story.vault())
        let (row, person, colleague) = (UUIDv7.generate(), UUIDv7.generate(), UUIDv7.generate())
        let sealed = try await vault.seal(salary, story.context(row), person: person)
        let kept = try await vault.seal(salary, story.context(row), person: colleague)
        #expect(try await elsewhere.open(sealed, story.context(row)) == salary)

        #expect(try await vault.erase(person: person, scope: story.scope))
        #expect(try await !vault.erase(person: person, scope: story.scope))
        for copy in [vault, elsewhere, try story.vault()] {
            let error = await #expect(throws: KeyVaultError.self) { try await copy.open(sealed, story.context(row)) }
            #expect(error?.code == .personErased)
            let again = await #expect(throws: KeyVaultError.self) {
                try await copy.seal(salary, story.context(row), person: person)
            }
            #expect(again?.code == .personErased)
            #expect(try await copy.open(kept, story.context(row)) == salary)
        }
    }

    @Test func aPersonWithoutAKeyStaysErasedToo() async throws {
        let story = try await VaultStory()
        let person = UUIDv7.generate()
        #expect(try await story.vault().erase(person: person, scope: story.scope))
        let error = await #expect(throws: KeyVaultError.self) {
            try await story.vault().seal(salary, story.context(.generate()), person: person)
        }
        #expect(error?.code == .personErased)
    }

    @Test func anErasureThatIsRolledBackErasesNothing() async throws {
        struct Undo: Error {}
        let story = try await VaultStory()
        let vault = try story.vault()
        let (row, person) = (UUIDv7.generate(), UUIDv7.generate())
        let sealed = try await vault.seal(salary, story.context(row), person: person)
        await #expect(throws: Undo.self) {
            try await story.database.transaction(story.scope) { transaction in
                #expect(try await vault.erase(person: person, scope: story.scope, in: transaction))
                throw Undo()
            }
        }
        #expect(try await vault.open(sealed, story.context(row)) == salary)
    }

    @Test func theServiceRoleCannotPutAKeyBack() async throws {
        let story = try await VaultStory()
        let vault = try story.vault()
        let person = UUIDv7.generate()
        _ = try await vault.seal(salary, story.context(person), person: person)
        let former = try await story.personKeyRow(person)
        try await vault.erase(person: person, scope: story.scope)
        await #expect(throws: PostgresError.self) {
            try await story.database.execute(
                story.scope,
                """
                UPDATE person_key SET wrapped = \(former.wrapped), wrapped_by = \(former.version)::integer, erased_at = NULL
                WHERE tenant = \(story.tenant) AND person = \(person)
                """)
        }
    }

    @Test func anOldKeyRowRestoredAfterARotationDoesNotOpen() async throws {
        let story = try await VaultStory()
        let vault = try story.vault()
        let (row, person) = (UUIDv7.generate(), UUIDv7.generate())
        let sealed = try await vault.seal(salary, story.context(row), person: person)
        let former = try await story.personKeyRow(person)
        try await vault.erase(person: person, scope: story.scope)
        try await vault.rotateTenantKeys(scope: story.scope)
        try await story.asSuperuser([
            """
            UPDATE person_key SET wrapped = \(former.wrapped), wrapped_by = \(former.version)::integer, erased_at = NULL
            WHERE tenant = \(story.tenant) AND person = \(person)
            """
        ])
        for copy in [vault, try story.vault()] {
            await #expect(throws: KeyVaultError.self) { try await copy.open(sealed, story.context(row)) }
        }
        // Said to be under the new key, it does not open either.
        try await story.asSuperuser([
            "UPDATE person_key SET wrapped_by = 2 WHERE tenant = \(story.tenant) AND person = \(person)"
        ])
        await #expect(throws: KeyVaultError.self) { try await story.vault().open(sealed, story.context(row)) }
    }

    @Test func aBackupRestoredWholeDoesNotOpenOnceItsKeyEncryptionKeyIsDestroyed() async throws {
        let story = try await VaultStory()
        let (row, person) = (UUIDv7.generate(), UUIDv7.generate())
        let sealed = try await story.vault().seal(salary, story.context(row), person: person)
        let former = try await story.personKeyRow(person)
        let tenantKeys = try await story.database.query(
            story.scope, "SELECT kek_id, wrapped FROM tenant_key WHERE tenant = \(story.tenant) AND purpose = 'person'")
        let wrapping = try #require(tenantKeys.first)
        let (keyID, wrapped) = (
            try wrapping.get("kek_id", as: String.self), try wrapping.get("wrapped", as: [UInt8].self)
        )

        try await story.vault().erase(person: person, scope: story.scope)
        _ = try KeyFile.addKey(at: story.keyFile)
        let vault = try story.vault()
        try await vault.rewrapTenantKeys(scope: story.scope)
        try await vault.rotateTenantKeys(scope: story.scope)
        _ = try KeyFile.removeKey(keyID, at: story.keyFile)

        try await story.asSuperuser([
            "DELETE FROM tenant_key WHERE tenant = \(story.tenant) AND purpose = 'person'",
            """
            INSERT INTO tenant_key (tenant, purpose, version, kek_id, wrapped)
            VALUES (\(story.tenant), 'person', 1, \(keyID), \(wrapped))
            """,
            """
            UPDATE person_key SET wrapped = \(former.wrapped), wrapped_by = 1, erased_at = NULL
            WHERE tenant = \(story.tenant) AND person = \(person)
            """,
        ])
        let error = await #expect(throws: KeyVaultError.self) {
            try await story.vault().open(sealed, story.context(row))
        }
        #expect(error?.code == .keyEncryptionKeyMissing)
    }
}
