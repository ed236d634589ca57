import Testing
import WireFormat

private struct Address: WireBody, Equatable {
    let street: String
    init(fields: inout FieldReader) { street = fields.required("street") }
}

private struct Person: WireBody {
    let name: String
    let born: Day?
    let tags: [String]?
    let address: Address?
    let former: [Address]

    init(fields: inout FieldReader) {
        name = fields.required("name") { $0.isEmpty ? "must not be empty" : nil }
        born = fields.optional("born")
        tags = fields.optional("tags")
        address = fields.body("address")
        former = fields.bodies("former", most: 2)
    }
}

@Suite("Bodies")
struct FieldReaderTests {
    @Test("are read field by field")
    func reads() throws {
        let person = try Person.decode(
            from: [
                "name": "Ada", "born": "1815-12-10", "tags": ["a"], "address": ["street": "S"],
                "former": [["street": "T"]],
            ])
        #expect(person.name == "Ada")
        #expect(person.born == Day("1815-12-10"))
        #expect(person.address?.street == "S")
        #expect(person.former.map(\.street) == ["T"])
    }

    @Test(
        "name every mistake by its pointer",
        arguments: [
            (["name": ""], ["/name"]), ([:], ["/name"]), ("text", ["", "/name"]), (["name": 1], ["/name"]),
            (["name": "a", "born": "yesterday", "x/y": 1], ["/born", "/x~1y"]),
            (["name": "a", "tags": ["ok", 2]], ["/tags/1"]),
            (["name": "a", "address": ["road": "R"]], ["/address/street", "/address/road"]),
            (["name": "a", "former": [["street": "T"], ["street": nil]]], ["/former/1/street"]),
            (
                ["name": "a", "former": [[:], [:], [:]]],
                ["/former", "/former/0/street", "/former/1/street", "/former/2/street"]
            ),
            (["name": nil], ["/name"]),
        ] as [(JSONValue, [String])])
    func mistakes(body: JSONValue, pointers: [String]) throws {
        let errors = try #require(throws: FieldErrors.self) { try Person.decode(from: body) }
        #expect(errors.errors.map(\.pointer) == pointers)
    }
}
