import HRDomain
import Testing
import WireFormat

@Suite("Values about people") struct PeopleTests {
    @Test(
        "an IBAN is accepted in both its forms when country, length and check digits are right",
        arguments: [
            ("DE89370400440532013000", "DE89370400440532013000"),
            ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
            ("GB82WEST12345698765432", "GB82WEST12345698765432"),
            ("FR1420041010050500013M02606", "FR1420041010050500013M02606"),
            ("NO9386011117947", "NO9386011117947"),
            ("MT84MALT011000012345MTLCAST001S", "MT84MALT011000012345MTLCAST001S"),
        ])
    func acceptsIBAN(written: String, text: String) { #expect(IBAN(written)?.text == text) }

    @Test(
        "an IBAN with one character changed, moved or missing is refused",
        arguments: [
            "DE89370400440532013001", "DE98370400440532013000", "DE8937040044053201300", "DE893704004405320130000",
            "XX89370400440532013000", "de89370400440532013000", "DE893704004405320130OO", "", "DE",
            "GB82WEST1234569876543٢",
        ])
    func refusesIBAN(written: String) { #expect(IBAN(written) == nil) }

    @Test("countries are those of ISO 3166-1 in capitals")
    func countries() {
        #expect(Country("DE")?.code == "DE")
        #expect(Country("de") == nil)
        #expect(Country("UK") == nil)
        #expect(Country("XK") == nil)
        #expect(Country("EU") == nil)
        #expect(Country.codes.count == 249)
    }

    @Test(
        "employee numbers keep to what fits a column of a spreadsheet",
        arguments: [
            ("E-01042", true), ("7", true), ("a/b.c_d", true), ("", false), ("-1", false), ("E 1", false),
            ("É1", false),
            (String(repeating: "9", count: 32), true), (String(repeating: "9", count: 33), false), ("1'; --", false),
        ])
    func employeeNumbers(text: String, valid: Bool) { #expect((EmployeeNumber(text) != nil) == valid) }

    @Test(
        "grades are letters and a step",
        arguments: [
            ("G7", 7), ("IC12", 12), ("M2", 2), ("7", nil), ("G", nil), ("g7", nil), ("G777", nil), ("LADDERS1", nil),
        ])
    func grades(text: String, step: Int?) { #expect(Grade(text)?.step == step) }

    @Test(
        "e-mail addresses have a local part and a dotted domain",
        arguments: [
            ("anna@example.org", "anna@example.org"), ("Anna.M@Example.ORG", "Anna.M@example.org"),
            ("a+b@x.co", "a+b@x.co"), ("anna", nil), ("anna@localhost", nil), ("a b@example.org", nil),
            ("a@b@example.org", nil), (".a@example.org", nil), ("a..b@example.org", nil), ("a@-x.org", nil),
            ("a@x..org", nil), ("a\n@example.org", nil), ("\"a\"@example.org", nil),
        ])
    func emails(text: String, expected: String?) { #expect(EmailAddress(text)?.text == expected) }

    @Test("two spellings of one mailbox compare equal")
    func comparableEmail() {
        #expect(EmailAddress("Anna@Example.org")?.comparable == EmailAddress("anna@EXAMPLE.org")?.comparable)
        #expect(NationalIdentifier("65 170839 j 003")?.comparable == NationalIdentifier("65170839J003")?.comparable)
    }

    @Test(
        "telephone numbers are written as E.164",
        arguments: [
            ("+49 (30) 123-456", "+4930123456"), ("+4930123456", "+4930123456"), ("030 123456", nil),
            ("+0123456789", nil),
            ("+49", nil), ("+49 30 CALLME", nil), ("+1234567890123456", nil),
        ])
    func phones(text: String, expected: String?) { #expect(PhoneNumber(text)?.text == expected) }

    @Test(
        "a line of text has nothing invisible in it",
        arguments: [
            ("Zoë Ångström-Łuczak", true), ("李小龍", true), ("O'Neill", true), ("می‌خواهم", true), ("", false),
            (" Anna", false),
            ("Anna ", false), ("An\nna", false), ("An\u{0}na", false), ("An\u{202E}na", false), ("An\u{FEFF}na", false),
            (String(repeating: "x", count: 120), true), (String(repeating: "x", count: 121), false),
        ])
    func lines(text: String, valid: Bool) { #expect((PlainLine(text) != nil) == valid) }

    @Test("a wrong value says what would be right and never repeats the value")
    func expectation() {
        do {
            _ = try Country(wire: "Germany")
            Issue.record("accepted")
        } catch {
            #expect(error.detail == "must be a country code of ISO 3166-1 alpha-2 such as DE")
        }
        #expect(throws: WireValueError.self) { try EmploymentType(wire: "freelance") }
        #expect(throws: WireValueError.self) { try Gender(wire: 1) }
    }
}
