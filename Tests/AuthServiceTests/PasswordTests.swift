import Testing

@testable import AuthService

@Suite("Passwords")
struct PasswordTests {
    @Test("bcrypt alone takes 72 bytes whole and refuses 73, whatever characters they make")
    func length() async throws {
        let hasher = try #require(PasswordHasher(cost: 10, threads: 1))
        for (text, isTaken) in [
            (String(repeating: "x", count: 72), true), (String(repeating: "x", count: 73), false),
            (String(repeating: "é", count: 36), true), (String(repeating: "é", count: 37), false),
        ] {
            let password = try Password(text)
            #expect(password.fitsBcrypt == isTaken)
            let hash = try? await hasher.hash(password)
            #expect((hash != nil) == isTaken)
        }
        #expect(throws: Password.Refusal.tooLong(mostBytes: 1024)) { try Password(String(repeating: "x", count: 1025)) }
        #expect(throws: Password.Refusal.containsNUL) { try Password("before\u{0}after") }
    }

    @Test("the last of 72 bytes counts")
    func noTruncation() async throws {
        let hasher = try #require(PasswordHasher(cost: 10, threads: 1))
        let stem = String(repeating: "x", count: 71)
        let hash = try await hasher.hash(Password(stem + "a"))
        #expect(hash.hasPrefix("$2b$10$"))
        #expect(try await hasher.verify(Password(stem + "a"), against: hash))
        #expect(try await !hasher.verify(Password(stem + "b"), against: hash))
        #expect(try await !hasher.verify(Password(stem), against: hash))
    }

    @Test("two hashes of one password differ")
    func salt() async throws {
        let hasher = try #require(PasswordHasher(cost: 10, threads: 2))
        let password = try Password("correct horse battery staple")
        async let first = hasher.hash(password)
        async let second = hasher.hash(password)
        #expect(try await first != second)
    }

    @Test("a known vector of bcrypt verifies")
    func vector() async throws {
        let hasher = try #require(PasswordHasher(cost: 10, threads: 1))
        // John the Ripper's and crypt_blowfish's test vector for `$2b$`-compatible hashes.
        let hash = "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
        #expect(try await hasher.verify(Password("U*U"), against: hash))
        #expect(try await !hasher.verify(Password("U*U*"), against: hash))
        #expect(hasher.isOutdated(hash))
    }

    @Test("with no hash, no password or neither it computes once and says no")
    func decoy() async throws {
        let hasher = try #require(PasswordHasher(cost: 10, threads: 1))
        let password = try Password("some password")
        let hash = try await hasher.hash(password)
        for (password, hash) in [(password, nil), (nil, hash), (nil, nil)] as [(Password?, String?)] {
            let before = hasher.computations
            #expect(try await !hasher.verify(password, against: hash))
            #expect(hasher.computations == before + 1)
        }
    }

    @Test("after the cost was raised, right, wrong, unknown and unusable take as many rounds")
    func raisedCost() async throws {
        let (former, present) = (
            try #require(PasswordHasher(cost: 10, threads: 1)), try #require(PasswordHasher(cost: 12, threads: 1))
        )
        let (password, other) = (try Password("some password"), try Password("another password"))
        for hash in [try await former.hash(password), try await present.hash(password)] {
            for (tried, hash, isRight) in [
                (password, hash, true), (other, hash, false), (password, nil, false), (nil, hash, false),
                (nil, nil, false),
            ] as [(Password?, String?, Bool)] {
                let before = present.rounds
                #expect(try await present.verify(tried, against: hash) == isRight)
                #expect(present.rounds == before + 1 << 12)
            }
        }
    }

    @Test("a full queue sheds what comes, and works off what it took")
    func shedding() async throws {
        let hasher = try #require(PasswordHasher(cost: 10, threads: 1, waitersPerThread: 2))
        let password = try Password("some password")
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    do {
                        _ = try await hasher.hash(password)
                        return true
                    } catch {
                        return !(error is PasswordHasher.Overloaded)
                    }
                }
            }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(outcomes.contains(true))
        #expect(outcomes.contains(false))
        #expect(outcomes.filter { $0 }.count == hasher.computations)
        #expect(hasher.waiting == 0)
    }

    @Test("one address fills a quarter of the queue, and others are still let in")
    func shareOfAddress() async throws {
        let hasher = try #require(PasswordHasher(cost: 10, threads: 1))
        let password = try Password("some password")
        @Sendable func isTaken(_ address: [UInt8]) async -> Bool {
            do {
                _ = try await hasher.verify(password, against: nil, from: address)
                return true
            } catch {
                return !(error is PasswordHasher.Overloaded)
            }
        }
        let taken = await withTaskGroup(of: (UInt8, Bool).self) { group in
            for _ in 0..<60 { group.addTask { (1, await isTaken([1])) } }
            for _ in 0..<3 { group.addTask { (2, await isTaken([2])) } }
            return await group.reduce(into: [UInt8: [Bool]]()) { $0[$1.0, default: []].append($1.1) }
        }
        #expect(taken[1]?.contains(false) == true)
        #expect(taken[2] == [true, true, true])
        // Nothing is remembered of whoever has been served.
        #expect(await isTaken([1]))
    }

    @Test("a cost below 10 is not to be had")
    func cost() {
        #expect(PasswordHasher(cost: 9, threads: 1) == nil)
    }

    @Test("a password never prints itself")
    func redaction() throws {
        let password = try Password("hunter2 hunter2")
        #expect(!"\(password)".contains("hunter2"))
        #expect(!String(reflecting: password).contains("hunter2"))
        var dumped = ""
        dump(password, to: &dumped)
        #expect(!dumped.contains("hunter2"))
    }
}
