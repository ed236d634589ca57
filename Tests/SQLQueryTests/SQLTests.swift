import SQLQuery
import Testing

@Suite("Interpolated SQL")
struct SQLTests {
    @Test("binds values and never writes them into the text")
    func binds() {
        let name = "'; DROP TABLE employee; --"
        let sql: SQL = "SELECT id FROM employee WHERE name = \(name) AND age > \(40)"
        #expect(sql.text == "SELECT id FROM employee WHERE name = $1 AND age > $2")
        #expect(sql.binds == [.text(name), .integer(40)])
    }

    @Test("nests parts and numbers their values on")
    func nests() {
        let inner: SQL = "b = \("x") OR c = \(nil as String?)"
        let sql: SQL = "a = \(1) AND (\(inner)) AND d = \(2)"
        #expect(sql.text == "a = $1 AND (b = $2 OR c = $3) AND d = $4")
        #expect(sql.binds == [.integer(1), .text("x"), .null, .integer(2)])
    }

    @Test("joins parts")
    func joins() {
        let sql = SQL.joined(["a = \(1)", "b = \(2)"], separator: " AND ")
        #expect(sql.text == "a = $1 AND b = $2")
        #expect(SQL.joined([], separator: ",").isEmpty)
    }

    @Test("binds arrays as arrays and bytes as bytea")
    func arrays() {
        let sql: SQL = "\(["a", "b"]) \([1, 2] as [UInt8]) \([[1], [2]] as [[UInt8]])"
        #expect(sql.binds == [.textArray(["a", "b"]), .bytes([1, 2]), .bytesArray([[1], [2]])])
    }
}
