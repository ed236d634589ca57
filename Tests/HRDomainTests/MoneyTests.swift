import HRDomain
import Testing
import WireFormat

@Suite("Money") struct MoneyTests {
    @Test(
        "an amount is read into minor units and written back in the currency's own digits",
        arguments: [
            ("1234.50", "EUR", 123_450, "1234.50", "1234.5000"),
            ("1234.5", "EUR", 123_450, "1234.50", "1234.5000"),
            ("1234", "EUR", 123_400, "1234.00", "1234.0000"),
            ("0", "EUR", 0, "0.00", "0.0000"),
            ("0.07", "EUR", 7, "0.07", "0.0700"),
            ("-0.07", "EUR", -7, "-0.07", "-0.0700"),
            ("5000000", "JPY", 5_000_000, "5000000", "5000000.0000"),
            ("1.234", "KWD", 1234, "1.234", "1.2340"),
            ("999999999999999.99", "USD", 99_999_999_999_999_999, "999999999999999.99", "999999999999999.9900"),
        ] as [(String, String, Int64, String, String)])
    func reads(text: String, code: String, units: Int64, amount: String, numeric: String) throws {
        let currency = try #require(Currency(code))
        let money = try Money(amount: text, currency: currency)
        #expect(money.minorUnits == units)
        #expect(money.amount == amount)
        #expect(money.numeric == numeric)
        #expect(try Money(numeric: numeric, currency: currency) == money)
        #expect(try Money(wire: money.wire) == money)
    }

    @Test(
        "what is no amount is refused with its reason",
        arguments: [
            ("", "EUR", MoneyError.malformed), (".5", "EUR", .malformed), ("5.", "EUR", .malformed),
            ("01", "EUR", .malformed), ("+1", "EUR", .malformed), ("1e3", "EUR", .malformed),
            ("1,5", "EUR", .malformed), ("--1", "EUR", .malformed), ("١", "EUR", .malformed), ("-", "EUR", .malformed),
            ("1.505", "EUR", .tooPrecise(digits: 2)), ("1.5", "JPY", .tooPrecise(digits: 0)),
            ("1000000000000000", "EUR", .tooLarge),
        ])
    func refuses(text: String, code: String, error: MoneyError) throws {
        let currency = try #require(Currency(code))
        #expect(throws: error) { try Money(amount: text, currency: currency) }
    }

    @Test("a numeric with digits beyond the minor unit is refused")
    func refusesFinerNumeric() throws {
        let euro = try #require(Currency("EUR"))
        #expect(throws: MoneyError.tooPrecise(digits: 2)) { try Money(numeric: "1.5050", currency: euro) }
    }

    @Test(
        "the wire names the member that is wrong",
        arguments: [
            (["amount": "1.00"], "/currency"), (["currency": "EUR"], "/amount"),
            (["amount": "1.005", "currency": "EUR"], "/amount"), (["amount": 1, "currency": "EUR"], "/amount"),
            (["amount": "1.00", "currency": "ABC"], "/currency"),
            (["amount": "1.00", "currency": "EUR", "x/y": 1], "/x~1y"), ("1.00", ""),
        ] as [(JSONValue, String)])
    func pointsAtMember(wire: JSONValue, pointer: String) {
        #expect(throws: WireValueError.self) { try Money(wire: wire) }
        do { _ = try Money(wire: wire) } catch { #expect(error.pointer == pointer) }
    }

    @Test("only codes of ISO 4217 are currencies, with their minor digits")
    func currencies() {
        #expect(Currency("EUR")?.minorDigits == 2)
        #expect(Currency("JPY")?.minorDigits == 0)
        #expect(Currency("TND")?.minorDigits == 3)
        #expect(Currency("eur") == nil)
        #expect(Currency("XXX") == nil)
        #expect(Currency("DEM") == nil)
    }
}
