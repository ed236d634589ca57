/// A currency of ISO 4217: its alphabetic code and the number of decimal digits of its minor unit.
public struct Currency: Hashable, Sendable, CustomStringConvertible {
    /// Three capital letters, such as `EUR`.
    public let code: String
    /// Decimal digits of the minor unit: 2 for `EUR`, 0 for `JPY`, 3 for `KWD`.
    public let minorDigits: Int

    /// Fails unless `code` is a current currency code of ISO 4217, spelt in capitals.
    public init?(_ code: String) {
        guard let digits = Currency.minorDigitsByCode[code] else { return nil }
        self.code = code
        self.minorDigits = digits
    }

    /// Any code at all, for placeholders that never escape.
    init(code: String, minorDigits: Int) {
        self.code = code
        self.minorDigits = minorDigits
    }

    /// The code.
    public var description: String { code }

    /// Every code this build knows.
    public static var codes: [String] { minorDigitsByCode.keys.sorted() }

    /// ISO 4217 list one (2024), without precious metals, test and fund codes that nobody is paid in.
    private static let minorDigitsByCode: [String: Int] = {
        var digits: [String: Int] = [:]
        for code in twoDigits.split(separator: " ") { digits[String(code)] = 2 }
        for code in noDigits.split(separator: " ") { digits[String(code)] = 0 }
        for code in threeDigits.split(separator: " ") { digits[String(code)] = 3 }
        return digits
    }()

    private static let twoDigits = """
        AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY \
        COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS \
        INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR \
        MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD \
        SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
        """
    private static let noDigits = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
    private static let threeDigits = "BHD IQD JOD KWD LYD OMR TND"
}
