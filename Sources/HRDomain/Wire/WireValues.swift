public import WireFormat

extension Money: WireValue, WireEncodable {
    /// Zero euros; never escapes.
    public static var placeholder: Money { Money(minorUnits: 0, currency: .placeholder) }

    /// Reads `{"amount":"1234.50","currency":"EUR"}`, no other member.
    public init(wire: JSONValue) throws(WireValueError) {
        guard case .object(let members) = wire else {
            throw WireValueError("must be an object with amount and currency")
        }
        if let strange = members.keys.sorted().first(where: { $0 != "amount" && $0 != "currency" }) {
            throw WireValueError("is not a field here", at: JSONPointer.appending(strange, to: ""))
        }
        let currency = try Currency.member("currency", of: members)
        let amount = try String.member("amount", of: members)
        do throws(MoneyError) {
            self = try Money(amount: amount, currency: currency)
        } catch {
            throw WireValueError(error.reason, at: "/amount")
        }
    }

    /// `{"amount":"1234.50","currency":"EUR"}`.
    public var wire: JSONValue { .object(["amount": .string(amount), "currency": .string(currency.code)]) }
}

extension WireValue {
    fileprivate static func member(_ name: String, of members: [String: JSONValue]) throws(WireValueError) -> Self {
        let pointer = JSONPointer.appending(name, to: "")
        guard let member = members[name] else { throw WireValueError("is required", at: pointer) }
        do throws(WireValueError) {
            return try Self(wire: member)
        } catch {
            throw WireValueError(error.detail, at: pointer + error.pointer)
        }
    }
}

/// A value of HR that is one string on the wire.
public protocol WireText: WireValue, WireEncodable {
    /// The value, or nil when the text is not one.
    init?(_ text: String)
    /// The text as it goes over the wire and into columns.
    var wireText: String { get }
    /// What a right value looks like, to follow "must be".
    static var expectation: String { get }
}

extension WireText {
    /// Reads the text.
    public init(wire: JSONValue) throws(WireValueError) {
        self = try Self(checking: try String(wire: wire))
    }

    /// Reads the text, and says what would be right.
    public init(checking text: String) throws(WireValueError) {
        guard let value = Self(text) else { throw WireValueError("must be " + Self.expectation) }
        self = value
    }

    /// The text.
    public var wire: JSONValue { .string(wireText) }
}

extension Currency: WireText {
    public static var placeholder: Currency { Currency(code: "XXX", minorDigits: 0) }
    /// See `WireText`.
    public var wireText: String { code }
    /// See `WireText`.
    public static var expectation: String { "a currency code of ISO 4217 such as EUR" }
}

extension Country: WireText {
    public static var placeholder: Country { Country(placeholder: "ZZ") }
    /// See `WireText`.
    public var wireText: String { code }
    /// See `WireText`.
    public static var expectation: String { "a country code of ISO 3166-1 alpha-2 such as DE" }
}

extension EmployeeNumber: WireText {
    public static var placeholder: EmployeeNumber { EmployeeNumber(placeholder: "0") }
    /// See `WireText`.
    public var wireText: String { text }
    /// See `WireText`.
    public static var expectation: String { "1 to 32 letters, digits, -, _, . or /, the first a letter or digit" }
}

extension Grade: WireText {
    public static var placeholder: Grade { Grade(placeholder: "G0", step: 0) }
    /// See `WireText`.
    public var wireText: String { text }
    /// See `WireText`.
    public static var expectation: String { "one to four capital letters and one or two digits, such as G7" }
}

extension IBAN: WireText {
    public static var placeholder: IBAN { IBAN(placeholder: "") }
    /// See `WireText`.
    public var wireText: String { text }
    /// See `WireText`.
    public static var expectation: String { "an IBAN whose length and check digits are right" }
}

extension EmailAddress: WireText {
    public static var placeholder: EmailAddress { EmailAddress(placeholder: "") }
    /// See `WireText`.
    public var wireText: String { text }
    /// See `WireText`.
    public static var expectation: String { "an e-mail address such as anna@example.org" }
}

extension PhoneNumber: WireText {
    public static var placeholder: PhoneNumber { PhoneNumber(placeholder: "") }
    /// See `WireText`.
    public var wireText: String { text }
    /// See `WireText`.
    public static var expectation: String { "a telephone number in international form such as +4930123456" }
}

extension NationalIdentifier: WireText {
    public static var placeholder: NationalIdentifier { NationalIdentifier(placeholder: "") }
    /// See `WireText`.
    public var wireText: String { text }
    /// See `WireText`.
    public static var expectation: String { "3 to 40 letters, digits, blanks, -, . or /" }
}

extension PlainLine: WireText {
    public static var placeholder: PlainLine { PlainLine(placeholder: "") }
    /// See `WireText`.
    public var wireText: String { text }
    /// See `WireText`.
    public static var expectation: String { "1 to 120 printable characters without blanks at its ends" }
}

extension EmploymentType: WireText {
    public static var placeholder: EmploymentType { .fullTime }
    public init?(_ text: String) { self.init(rawValue: text) }
    /// See `WireText`.
    public var wireText: String { rawValue }
    /// See `WireText`.
    public static var expectation: String { "one of " + allCases.map(\.rawValue).joined(separator: ", ") }
}

extension Gender: WireText {
    public static var placeholder: Gender { .undisclosed }
    public init?(_ text: String) { self.init(rawValue: text) }
    /// See `WireText`.
    public var wireText: String { rawValue }
    /// See `WireText`.
    public static var expectation: String { "one of " + allCases.map(\.rawValue).joined(separator: ", ") }
}
