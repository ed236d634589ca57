import HRDomain
import ServiceKit
import Testing
import WireFormat

@testable import HRService

@Suite("An import file")
struct ImportFileTests {
    private func read(_ text: String) throws -> ImportFile { try ImportFile(Array(text.utf8)) }

    private func report(_ file: ImportFile) -> [String] {
        file.rejected.map { "\($0.position) \($0.column?.rawValue ?? "-"): \($0.reason)" }
    }

    @Test("good lines are read, bad ones reported with line and column of the cell")
    func lines() throws {
        let file = try read(
            """
            employee_number,given_name,family_name,hired_on,country,salary_amount,salary_currency,department,manager_number
            E1,Zoë,"Müller, geb. Öz",2020-01-31,DE,5000.00,EUR,Sales,
            E2,Bo,Li,2020-02-30,DE,,,Sales,E1
            E3,Bo,Li,2020-02-01,XX,10.005,EUR,,E1
            E4,Bo,Li,2020-02-01,DE,10.00,,,E1
            E1,Bo,Li,2020-02-01,DE,,,,E1
            ,Bo,Li,2020-02-01,DE,,,,E1
            E6,Bo,Li,2020-02-01,DE
            E7,Bo,"Li"x,2020-02-01,DE,,,,E1
            """)
        #expect(file.lineCount == 8)
        #expect(file.lines.map(\.number.text) == ["E1"])
        #expect(file.lines[0].values[.salary] == ["amount": "5000.00", "currency": "EUR"])
        #expect(file.lines[0].values.text(.familyName) == "Müller, geb. Öz")
        #expect(file.lines[0].department == "Sales")
        #expect(file.lines[0].manager == "")
        let expected = [
            "3:10 hired_on: must be a day as YYYY-MM-DD",
            "4:21 country: must be a country code of ISO 3166-1 alpha-2 such as DE",
            "4:24 salary_amount: has more than 2 digits after the point",
            "5:30 salary_currency: must be a currency code of ISO 4217 such as EUR",
            "6:1 employee_number: the number stands on an earlier line of the file",
            "7:1 employee_number: is required",
            "8:21 -: the line has 5 fields, the header 9",
            "9:11 -: text behind the closing quote; double a quote that belongs to the field",
        ]
        #expect(report(file) == expected)
    }

    @Test(
        "a file with a wrong header is refused where it is wrong",
        arguments: [
            ("", "1:1"), ("employee_number,given_name,family_name,hired_on,shoe_size\n", "1:49"),
            ("employee_number,employee_number\n", "1:17"), ("given_name,family_name,hired_on\n", "1:1"),
            ("employee_number;given_name;family_name;hired_on\n", "1:1"), ("\"employee_number", "1:1"),
        ])
    func headers(text: String, place: String) throws {
        do {
            _ = try read(text)
            Issue.record("accepted")
        } catch let problem as Problem {
            #expect(problem.status == .unprocessableContent)
            #expect(problem.errors.first?.detail.hasPrefix(place + ":") == true)
        }
    }

    @Test("the order of columns is the file's own, and a missing column leaves its field alone")
    func order() throws {
        let file = try read("hired_on,family_name,given_name,employee_number\r\n2020-01-01,Li,Bo,E1\r\n")
        #expect(file.rejected.isEmpty)
        #expect(file.lines[0].values[.email] == nil)
        #expect(file.lines[0].manager == nil)
        let cleared = try read("hired_on,family_name,given_name,employee_number,email\n2020-01-01,Li,Bo,E1,\n")
        #expect(cleared.lines[0].values[.email] == .null)
    }
}

@Suite("Managers of an import")
struct ImportResolutionTests {
    private let now = Instant.now()

    private func resolve(_ pairs: [(String, String?)], known: [KnownEmployee] = []) throws -> ImportResolution {
        let text =
            "employee_number,given_name,family_name,hired_on,manager_number\n"
            + pairs.map { "\($0.0),A,B,2020-01-01,\($0.1 ?? "")\n" }.joined()
        return ImportResolution(try ImportFile(Array(text.utf8)).lines, known: known, at: now)
    }

    private func numbers(_ resolution: ImportResolution) -> [String] { resolution.placed.map(\.line.number.text) }
    private func rejectedLines(_ resolution: ImportResolution) -> [Int] {
        resolution.rejected.map(\.position.line).sorted()
    }

    @Test("a manager may stand behind those who report to him; lines are written from the top down")
    func order() throws {
        let resolution = try resolve([("C", "B"), ("B", "A"), ("A", nil)])
        #expect(numbers(resolution) == ["A", "B", "C"])
        #expect(resolution.placed[2].chain == [resolution.placed[1].id, resolution.placed[0].id])
    }

    @Test("circles are rejected, and what hangs on a rejected new line with them; the rest stays")
    func circles() throws {
        let resolution = try resolve([
            ("A", "B"), ("B", "C"), ("C", "A"), ("D", "A"), ("E", "E"), ("F", "nobody"), ("G", nil), ("H", "G"),
        ])
        #expect(numbers(resolution) == ["G", "H"])
        #expect(rejectedLines(resolution) == [2, 3, 4, 5, 6, 7])
    }

    @Test("a circle through people who are there already is seen; turning a line round is not one")
    func known() throws {
        let (top, low) = (UUIDv7.generate(), UUIDv7.generate())
        let known = [
            KnownEmployee(id: top, number: "T", manager: nil, terminatedOn: nil),
            KnownEmployee(id: low, number: "L", manager: top, terminatedOn: nil),
        ]
        #expect(rejectedLines(try resolve([("T", "L")], known: known)) == [2])
        let turned = try resolve([("T", "L"), ("L", nil)], known: known)
        #expect(numbers(turned) == ["L", "T"])
        #expect(turned.placed.allSatisfy { !$0.isNew && $0.movesManager })
    }

    @Test("somebody who has left takes nobody new, keeps whom he has, and is skipped in the chain")
    func leavers() throws {
        let (top, gone, low) = (UUIDv7.generate(), UUIDv7.generate(), UUIDv7.generate())
        let known = [
            KnownEmployee(id: top, number: "T", manager: nil, terminatedOn: nil),
            KnownEmployee(id: gone, number: "G", manager: top, terminatedOn: Day(now)),
            KnownEmployee(id: low, number: "L", manager: gone, terminatedOn: nil),
        ]
        let resolution = try resolve([("L", "G"), ("N", "G")], known: known)
        #expect(numbers(resolution) == ["L"])
        #expect(resolution.placed[0].chain == [top])
        #expect(rejectedLines(resolution) == [3])
    }

    @Test("the present state has the present chain, and the state to be the chain to be")
    func bothChains() throws {
        let (old, new, moving, below) = (UUIDv7.generate(), UUIDv7.generate(), UUIDv7.generate(), UUIDv7.generate())
        let known = [
            KnownEmployee(id: old, number: "O", manager: nil, terminatedOn: nil),
            KnownEmployee(id: new, number: "N", manager: nil, terminatedOn: nil),
            KnownEmployee(id: moving, number: "M", manager: old, terminatedOn: nil),
            KnownEmployee(id: below, number: "B", manager: moving, terminatedOn: nil),
        ]
        let resolution = try resolve([("M", "N"), ("B", "M"), ("X", "M")], known: known)
        let chains = resolution.placed.map { [$0.presentChain, $0.chain] }
        #expect(numbers(resolution) == ["M", "B", "X"])
        #expect(chains == [[[old], [new]], [[moving, old], [moving, new]], [[], [moving, new]]])
    }

    @Test("a refused line moves nobody: who is below has the chain that he has; who hangs on a new one is rejected")
    func refusedLines() throws {
        let (old, new, moving, below) = (UUIDv7.generate(), UUIDv7.generate(), UUIDv7.generate(), UUIDv7.generate())
        let known = [
            KnownEmployee(id: old, number: "O", manager: nil, terminatedOn: nil),
            KnownEmployee(id: new, number: "N", manager: nil, terminatedOn: nil),
            KnownEmployee(id: moving, number: "M", manager: old, terminatedOn: nil),
            KnownEmployee(id: below, number: "B", manager: moving, terminatedOn: nil),
        ]
        var resolution = try resolve([("M", "N"), ("B", "M"), ("X", "N"), ("Y", "X")], known: known)
        let ids = Dictionary(uniqueKeysWithValues: resolution.placed.map { ($0.line.number.text, $0.id) })
        resolution.refuse([moving, try #require(ids["X"])])
        #expect(numbers(resolution) == ["B"])
        #expect(resolution.placed[0].chain == [moving, old])
        #expect(rejectedLines(resolution) == [5])
    }

    @Test("a chain of more than 64 links is rejected")
    func depth() throws {
        let resolution = try resolve((0..<70).map { ("P\($0)", $0 == 0 ? nil : "P\($0 - 1)") })
        #expect(resolution.placed.count == 65)
        #expect(resolution.rejected.count == 5)
    }
}
