import PolicyCore
import PolicySQL
import SQLQuery
import Testing
import WireFormat

/// What a filter looks like in SQL, and what has no form there.
struct FilterRendererTests {
    private static let ann = "01930000-0000-7000-8000-000000000001"
    private static let renderer = FilterRenderer(
        map: AttributeMap(
            [
                "country": .init("e.country", .text), "level": .init("e.level", .integer),
                "remote": .init("e.remote", .bool),
                "team": .init("e.team_id", .uuid), "hired_on": .init("e.hired_on", .day),
            ],
            about: { "e.id = \($0)" },
            inChain: { person, depth in depth == .direct ? "e.manager_id = \(person)" : "chain(e.id, \(person))" }))

    static let cases: [(Filter, String)] = [
        (.none, "FALSE"), (.all, "TRUE"),
        (.about(subject: ann), "(e.id = $1)"),
        (.inChain(subject: ann, depth: .direct), "(e.manager_id = $1)"),
        (.or([.about(subject: ann), .inChain(subject: ann, depth: .any)]), "((e.id = $1) OR (chain(e.id, $2)))"),
        (.not(.about(subject: ann)), "(NOT (e.id = $1))"),
        (
            .and([.compare(attribute: "country", .equal, "DE"), .compare(attribute: "level", .lessOrEqual, 3)]),
            "((e.country = $1) AND (e.level <= $2))"
        ),
        (.compare(attribute: "level", .less, 3), "(e.level < $1)"),
        (.compare(attribute: "level", .greater, 3), "(e.level > $1)"),
        (.compare(attribute: "level", .greaterOrEqual, 3), "(e.level >= $1)"),
        (.compare(attribute: "remote", .equal, true), "(e.remote = $1)"),
        (.compare(attribute: "hired_on", .equal, "2026-01-31"), "(e.hired_on = $1)"),
        (.compare(attribute: "country", .oneOf, ["DE", "FR"]), "(e.country = ANY($1))"),
        (.compare(attribute: "team", .oneOf, [.string(ann)]), "(e.team_id = ANY($1))"),
        (.and([]), "TRUE"), (.or([]), "FALSE"),
    ]

    @Test(arguments: cases)
    func aFilterIsRendered(_ filter: Filter, _ text: String) throws {
        #expect(try Self.renderer.render(filter).text == text)
    }

    @Test func valuesAreAlwaysBound() throws {
        let evil = "x' OR '1'='1"
        let sql = try Self.renderer.render(
            .or([
                .compare(attribute: "country", .equal, .string(evil)),
                .compare(attribute: "country", .oneOf, [.string(evil)]),
            ]))
        #expect(!sql.text.contains("1'='1"))
        #expect(sql.binds == [.text(evil), .textArray([evil])])
    }

    static let refused: [(Filter, FilterRenderError.Code)] = [
        (.compare(attribute: "salary", .equal, "1"), .unmappedAttribute),
        (.not(.compare(attribute: "salary", .equal, "1")), .unmappedAttribute),
        (.or([.all, .compare(attribute: "salary", .equal, "1")]), .unmappedAttribute),
        (.compare(attribute: "level", .equal, "3"), .wrongType),
        (.compare(attribute: "country", .equal, 3), .wrongType),
        (.compare(attribute: "team", .equal, "not-an-id"), .wrongType),
        (.compare(attribute: "hired_on", .equal, "soon"), .wrongType),
        (.compare(attribute: "country", .oneOf, ["DE", 3]), .wrongType),
        (.compare(attribute: "country", .oneOf, []), .wrongType),
        (.compare(attribute: "country", .less, "DE"), .wrongComparison),
        (.compare(attribute: "remote", .oneOf, [true]), .wrongComparison),
        (.about(subject: "ann"), .wrongType), (.inChain(subject: "ann", depth: .any), .wrongType),
    ]

    @Test(arguments: refused)
    func whatTheMapDoesNotKnowIsRefused(_ filter: Filter, _ code: FilterRenderError.Code) {
        let error = #expect(throws: FilterRenderError.self) { try Self.renderer.render(filter) }
        #expect(error?.code == code)
    }

    @Test func aTypeWithoutPersonsOrReportingLinesRefusesThem() {
        let bare = FilterRenderer(map: AttributeMap([:]))
        for filter in [Filter.about(subject: Self.ann), .inChain(subject: Self.ann, depth: .any)] {
            let error = #expect(throws: FilterRenderError.self) { try bare.render(filter) }
            #expect(error?.code == .unmappedRelation)
        }
    }
}
