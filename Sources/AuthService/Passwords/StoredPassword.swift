import WireFormat

/// A password hash as the table `account` holds it. The form tells how it was made, so that hashes of both kinds live
/// side by side after the pepper was switched on (docs/decisions/0007-password-storage.md).
struct StoredPassword: Sendable, Hashable {
    /// What bcrypt was given.
    enum Scheme: Sendable, Hashable {
        /// The password: `$2b$…`.
        case plain
        /// HMAC-SHA-384 of the password under the pepper of this version, in base64: `$p1$2b$…`.
        case peppered(version: Int)
    }

    /// Digits of a version; the table has the same bound.
    private static let mostDigits = 3

    let scheme: Scheme
    /// bcrypt's own form.
    let bcrypt: String

    init(_ scheme: Scheme, bcrypt: String) {
        self.scheme = scheme
        self.bcrypt = bcrypt
    }

    /// Reads a column; nil when it is neither form.
    init?(_ text: String) {
        var scheme = Scheme.plain
        var bcrypt = text
        if text.hasPrefix("$p") {
            let digits = text.dropFirst(2).prefix { $0.isASCII && $0.isNumber }
            guard (1...Self.mostDigits).contains(digits.count), digits.first != "0", let version = Int(digits) else {
                return nil
            }
            scheme = .peppered(version: version)
            bcrypt = String(text.dropFirst(2 + digits.count))
        }
        guard Bcrypt.cost(of: bcrypt) != nil else { return nil }
        self.init(scheme, bcrypt: bcrypt)
    }

    /// As the table holds it.
    var text: String {
        switch scheme {
        case .plain: bcrypt
        case .peppered(let version): "$p\(version)" + bcrypt
        }
    }
}
