@_spi(ScopeMinting) import Postgres
import SQLQuery
import TestSupport
import Testing
import WireFormat

/// Every type that can be bound comes back as it was, and the server has understood it.
@Suite struct ValueRoundTripTests {
    let database: Database

    init() async throws { database = try await NoteFixture.shared(by: "values").database(.hr) }

    /// Binds a value and reads it back.
    private func echo<T: SQLDecodable>(_ sql: SQL, as type: T.Type = T.self) async throws -> T {
        let rows = try await database.query(SystemScope(), sql)
        return try rows[0].get(at: 0, as: type)
    }

    @Test(arguments: ["", "plain", "Zoë 李 🦊", "it's \"quoted\" \\ and $1; --", "line\nbreak\ttab"])
    func text(_ text: String) async throws {
        #expect(try await echo("SELECT \(text)::text", as: String.self) == text)
    }

    @Test(arguments: [0, 1, -1, Int64.max, Int64.min])
    func integers(_ number: Int64) async throws {
        #expect(try await echo("SELECT \(number)", as: Int64.self) == number)
        #expect(try await echo("SELECT (\(number)::bigint)::text", as: String.self) == String(number))
    }

    @Test func smallIntegersWiden() async throws {
        #expect(try await echo("SELECT 7::smallint", as: Int.self) == 7)
        #expect(try await echo("SELECT -7::integer", as: Int.self) == -7)
    }

    @Test(arguments: [
        "2026-11-21T01:02:03.000001Z", "1970-01-01T00:00:00.000000Z", "1969-12-31T23:59:59.999999Z",
        "9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00.000000Z", "2000-01-01T00:00:00.000000Z",
    ])
    func instantsToTheMicrosecond(_ text: String) async throws {
        let instant = try #require(Instant(rfc3339: text))
        #expect(try await echo("SELECT \(instant)", as: Instant.self) == instant)
        let spelled: SQL = "SELECT to_char(\(instant) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
        #expect(try await echo(spelled, as: String.self) == text)
    }

    @Test func anInstantWithoutEndIsAnError() async throws {
        for word in ["infinity", "-infinity"] {
            await #expect(throws: RowError.self) { try await echo("SELECT \(word)::timestamptz", as: Instant.self) }
        }
    }

    @Test(arguments: ["2024-02-29", "1999-12-31", "2000-01-01", "9999-12-31", "0001-01-01"])
    func days(_ text: String) async throws {
        let day = try #require(Day(text))
        #expect(try await echo("SELECT \(day)", as: Day.self) == day)
        #expect(try await echo("SELECT (\(day)::date)::text", as: String.self) == text)
    }

    @Test(arguments: [
        "0", "0.0000", "1", "-1", "10000", "9999", "1234.5000", "0.0001", "-0.0500", "100000000.0001",
        "123456789012345.6789", "99999999999999999999999999999999.99", "0.000000000000000001",
    ])
    func numericKeepsEveryDigit(_ text: String) async throws {
        #expect(try await echo("SELECT \(SQLValue.numeric(text))", as: String.self) == text)
        #expect(try await echo("SELECT (\(SQLValue.numeric(text))::numeric)::text", as: String.self) == text)
    }

    @Test func numericThatIsNoNumberIsAnError() async throws {
        await #expect(throws: RowError.self) { try await echo("SELECT 'NaN'::numeric", as: String.self) }
    }

    @Test func booleansAndFloats() async throws {
        #expect(try await echo("SELECT \(true)", as: Bool.self))
        #expect(try await echo("SELECT NOT \(true)", as: Bool.self) == false)
        #expect(try await echo("SELECT 0.1::double precision", as: Double.self) == 0.1)
    }

    @Test func identifiers() async throws {
        let id = UUIDv7.generate()
        #expect(try await echo("SELECT \(id)", as: UUIDv7.self) == id)
        #expect(try await echo("SELECT (\(id)::uuid)::text", as: String.self) == id.text)
        #expect(try await echo("SELECT \(id)", as: String.self) == id.text)
        await #expect(throws: RowError.self) { try await echo("SELECT gen_random_uuid()", as: UUIDv7.self) }
    }

    @Test(arguments: [[], [0], Array(0...255), [UInt8](repeating: 0, count: 70_000)])
    func bytes(_ bytes: [UInt8]) async throws {
        #expect(try await echo("SELECT \(bytes)", as: [UInt8].self) == bytes)
        #expect(try await echo("SELECT length(\(bytes))", as: Int.self) == bytes.count)
    }

    @Test func json() async throws {
        let value: JSONValue = ["a": [1, .double(2.5), nil, true], "ö": "\"\\\u{1F98A}", "n": 9_007_199_254_740_993]
        #expect(try await echo("SELECT \(value)", as: JSONValue.self) == value)
        #expect(try await echo("SELECT \(value) -> 'a' ->> 0", as: String.self) == "1")
        #expect(try await echo("SELECT '[1]'::json", as: JSONValue.self) == [1])
    }

    @Test func arrays() async throws {
        let texts = ["", "a,b", "{\"q\"}", "NULL", "Zoë"]
        #expect(try await echo("SELECT \(texts)", as: [String].self) == texts)
        #expect(try await echo("SELECT \([String]())", as: [String].self) == [])
        let ids = [UUIDv7.generate(), .generate()]
        #expect(try await echo("SELECT \(ids)", as: [UUIDv7].self) == ids)
        #expect(try await echo("SELECT \(ids[1]) = ANY (\(ids))", as: Bool.self))
        #expect(try await echo("SELECT \([Int64.min, 0, 7])", as: [Int64].self) == [.min, 0, 7])
        #expect(try await echo("SELECT sum(n)::bigint FROM unnest(\([Int64(1), 2, 3])) n", as: Int.self) == 6)
        let contents: [[UInt8]] = [[], [0, 255]]
        #expect(try await echo("SELECT \(contents)", as: [[UInt8]].self) == contents)
        let instants = [Instant(microseconds: -1), Instant(microseconds: 1_700_000_000_123_456)]
        #expect(try await echo("SELECT \(instants)", as: [Instant].self) == instants)
        #expect(try await echo("SELECT ARRAY['a', NULL]", as: [String?].self) == ["a", nil])
        await #expect(throws: RowError.self) { try await echo("SELECT ARRAY['a', NULL]", as: [String].self) }
        #expect(try await echo("SELECT ARRAY[1, 2]", as: [Int].self) == [1, 2])
        await #expect(throws: RowError.self) { try await echo("SELECT 'abcdefghijklmnopqrstu'", as: [String].self) }
    }

    @Test func nullsAreOptionalOrErrors() async throws {
        #expect(try await echo("SELECT \(String?.none)::text", as: String?.self) == nil)
        #expect(try await echo("SELECT \(Int64?.some(3))", as: Int64?.self) == 3)
        let failure = await #expect(throws: RowError.self) { try await echo("SELECT NULL::text", as: String.self) }
        #expect(failure?.code == .unexpectedNull)
    }

    @Test func theSameStatementTakesNullAndValueInTurn() async throws {
        for value in [Int64?.none, 5, nil, 6] {
            #expect(try await echo("SELECT \(value)::bigint", as: Int64?.self) == value)
        }
    }

    @Test func enumerationsAreReadByTheirRawValue() async throws {
        enum Grade: String, SQLDecodable { case junior, senior }
        #expect(try await echo("SELECT 'senior'", as: Grade.self) == .senior)
        await #expect(throws: RowError.self) { try await echo("SELECT 'chief'", as: Grade.self) }
    }

    @Test func theWrongTypeIsAnErrorThatNamesTheColumnOnly() async throws {
        let rows = try await database.query(SystemScope(), "SELECT 'secret'::text AS wage, interval '1 day' AS age")
        let number = #expect(throws: RowError.self) { try rows[0].get("wage", as: Int.self) }
        #expect(number?.code == .wrongType)
        #expect(number?.description.contains("`wage`") == true)
        #expect(number?.description.contains("secret") == false)
        #expect(#expect(throws: RowError.self) { try rows[0].get("age", as: String.self) }?.code == .wrongType)
        #expect(#expect(throws: RowError.self) { try rows[0].get("salary", as: Int.self) }?.code == .missingColumn)
    }
}
