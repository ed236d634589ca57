import KeyVault
import Postgres
import SQLQuery
import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import AuthService

@Suite("What a new password has to be, and how it is stored")
struct PasswordRuleTests {
    private static let email = EmailAddress("ursula.weatherby@fennelgrey.example") ?? .placeholder

    private func complaint(_ text: String, alone: Bool = false, pepper: Bool = false) -> String? {
        PasswordRules(usesPepper: pepper).complaint(about: text, hasSecondFactor: !alone, email: Self.email)
    }

    @Test("8 characters beside a second factor, 15 alone; characters count, not bytes")
    func length() {
        #expect(complaint("kV9!tz#") == "must have at least 8 characters")
        #expect(complaint("kV9!tz#q") == nil)
        #expect(complaint("kV9!tz#qRw2mX4", alone: true) == "must have at least 15 characters")
        #expect(complaint("kV9!tz#qRw2mX4b", alone: true) == nil)
        #expect(complaint("ééééééé") == "must have at least 8 characters")
    }

    @Test("no composition is asked for", arguments: ["orbit walnut canteen thistle", "73905182640719385"])
    func composition(text: String) {
        #expect(complaint(text, alone: true) == nil)
    }

    @Test(
        "the list of common ones is there, and refuses in any case", arguments: ["baseball1", "BASEBALL1", "starwars"])
    func common(text: String) {
        #expect(CommonPasswords.count > 10_000)
        #expect(complaint(text) == "is one of the most common passwords")
    }

    @Test(
        "patterns, repeats and what belongs to the person are too easy",
        arguments: [
            "aaaaaaaaaaaaaaaaaaaa", "abcdefghijklmnop", "qwertyuiop[]", "weatherby12", "bailiwick2026", "fennelgrey!",
        ])
    func easy(text: String) {
        #expect(complaint(text)?.hasPrefix("is too easy to guess") == true, "\(complaint(text) ?? "taken")")
    }

    @Test("beyond 72 bytes it is refused clearly, unless there is a pepper")
    func long() {
        let text = String(repeating: "kV9!tz#qRw2mX4b", count: 5)
        #expect(text.utf8.count == 75)
        #expect(complaint(text)?.hasPrefix("must be at most 72 bytes") == true)
        #expect(complaint(text, pepper: true) == nil)
        #expect(complaint(String(repeating: text, count: 20), pepper: true)?.hasPrefix("must be at most 1024") == true)
    }

    @Test("composed and decomposed spellings are one password")
    func normalForm() async throws {
        let hasher = try #require(PasswordHasher(cost: 10, threads: 1))
        let hash = try await hasher.hash(Password("caf\u{e9} terrasse"))
        #expect(try await hasher.verify(Password("cafe\u{301} terrasse"), against: hash))
        #expect(try await !hasher.verify(Password("cafe terrasse"), against: hash))
    }

    @Test("a keyed hash says so, takes any length, and opens with no other key")
    func pepper() async throws {
        let fixture = try await IdentityFixture.make(usesPepper: true)
        let passwords = fixture.parts.passwords
        let stem = String(repeating: "long enough ", count: 8)
        let hash = try await passwords.hash(Password(stem + "a"))
        #expect(hash.hasPrefix("$p1$2b$10$"))
        #expect(try await passwords.verify(Password(stem + "a"), against: hash))
        #expect(try await !passwords.verify(Password(stem + "b"), against: hash))
        // Without the key the table alone is of no use, and another installation's key is another key.
        #expect(try await !fixture.parts.hasher.verify(Password(stem + "a"), against: hash))
        let other = try await IdentityFixture.make(usesPepper: true)
        #expect(try await !other.parts.passwords.verify(Password(stem + "a"), against: hash))
    }

    @Test("the pepper is switched on and off under old hashes; the next sign-in makes them new, never weaker")
    func pepperMoves() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        #expect(try await Self.hash(fixture).hasPrefix("$2b$"))
        let on = fixture.with(usesPepper: true)
        _ = try await on.challenge(owner.email)
        #expect(try await Self.hash(fixture).hasPrefix("$p1$2b$"))
        _ = try await on.challenge(owner.email)
        _ = try await fixture.challenge(owner.email)
        #expect(try await Self.hash(fixture).hasPrefix("$p1$2b$"))
        let wrong = "another password"
        let refusal = try await problem { _ = try await on.challenge(owner.email, password: wrong) }
        #expect(refusal == .invalidCredentials)
    }

    @Test("a new pepper leaves old hashes good, the next sign-in makes them new, and no other version opens them")
    func pepperRotation() async throws {
        let fixture = try await IdentityFixture.make(usesPepper: true)
        let owner = try await fixture.organisation()
        let old = try await Self.hash(fixture)
        #expect(old.hasPrefix("$p1$2b$"))
        let rotated = try await PasswordPepperRoutes.rotate(fixture.parts, fixture.call(as: .operator))
        #expect(rotated.version == 2 && rotated.older == 1)
        let passwords = fixture.parts.passwords
        #expect(try await passwords.verify(Password(IdentityFixture.password), against: old))
        #expect(try await !passwords.verify(Password(IdentityFixture.password), against: "$p2" + old.dropFirst(3)))
        #expect(try await !passwords.verify(Password(IdentityFixture.password), against: "$p3" + old.dropFirst(3)))
        let before = fixture.parts.hasher.computations
        _ = try await fixture.challenge(owner.email)
        #expect(fixture.parts.hasher.computations == before + 2)
        let new = try await Self.hash(fixture)
        #expect(new.hasPrefix("$p2$2b$"))
        _ = try await fixture.challenge(owner.email)
        #expect(try await Self.hash(fixture) == new, "made anew once")
        // Another copy knows the new pepper without being told.
        #expect(try await fixture.secondCopy().parts.passwords.verify(Password(IdentityFixture.password), against: new))
        let again = try await PasswordPepperRoutes.rotate(fixture.parts, fixture.call(as: .operator))
        #expect(again.version == 3 && again.older == 1)
        #expect(try await fixture.trail(.system).filter { $0 == "password_pepper.rotate allowed" }.count == 2)
        // The keys themselves stand in no column, and the service can take none away.
        let rows = try await fixture.database.query(fixture.parts.system, "SELECT key FROM password_pepper")
        #expect(try rows.allSatisfy { try $0.get("key", as: [UInt8].self).count > 48 })
        let error = await #expect(throws: PostgresError.self) {
            try await fixture.database.execute(fixture.parts.system, "DELETE FROM password_pepper")
        }
        #expect(error?.code == .insufficientPrivilege)
    }

    @Test("a raised cost makes the hash anew at sign-in, unless it was changed meanwhile")
    func raisedCost() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let old = try await Self.hash(fixture)
        let dearer = fixture.with(hasher: PasswordHasher(cost: 11, threads: 1))
        _ = try await dearer.challenge(owner.email)
        let new = try await Self.hash(fixture)
        #expect(new.hasPrefix("$2b$11$"))
        // Who still has the old hash in hand replaces nothing.
        let index = try await fixture.parts.secrets.accountIndex(EmailAddress(owner.email) ?? .placeholder)
        let account = try #require(try await fixture.parts.accounts.find(emailIndex: index))
        try await fixture.parts.accounts.replaceHash(of: account.id, from: old, to: old)
        #expect(try await Self.hash(fixture) == new)
        _ = try await fixture.challenge(owner.email)
        #expect(try await Self.hash(fixture) == new)
    }

    @Test("nothing but the two forms can be stored", arguments: ["secret", "$p2$2b$10$x", "$2a$10$", "$p0$2b$10$x"])
    func constraint(text: String) async throws {
        let fixture = try await IdentityFixture.make()
        _ = try await fixture.organisation()
        let error = await #expect(throws: PostgresError.self) {
            try await fixture.database.execute(fixture.parts.system, "UPDATE account SET password_hash = \(text)")
        }
        #expect(error?.code == .checkViolation)
    }

    private static func hash(_ fixture: IdentityFixture) async throws -> String {
        let rows = try await fixture.database.query(fixture.parts.system, "SELECT password_hash FROM account")
        return try #require(rows.first).get("password_hash")
    }
}
