import WireFormat

/// A password hash as the table `account` holds it. The form tells how it was made, so that hashes of both kinds live
/// side by side after the pepper was switched on (docs/decisions/0007-password-storage.md).
struct StoredPassword: Sendable, Hashable {
    /// What bcrypt was given.
    enum Scheme: String, Sendable {
        /// The password: `$2b$…`.
        case plain = ""
        /// HMAC-SHA-384 of the password under the vault's pepper, in base64: `$p1$2b$…`.
        case peppered = "$p1"
    }

    let scheme: Scheme
    /// bcrypt's own form.
    let bcrypt: String

    init(_ scheme: Scheme, bcrypt: String) {
        self.scheme = scheme
        self.bcrypt = bcrypt
    }

    /// Reads a column; nil when it is neither form.
    init?(_ text: String) {
        let isPeppered = text.hasPrefix(Scheme.peppered.rawValue)
        let bcrypt = isPeppered ? String(text.dropFirst(Scheme.peppered.rawValue.count)) : text
        guard Bcrypt.cost(of: bcrypt) != nil else { return nil }
        self.init(isPeppered ? .peppered : .plain, bcrypt: bcrypt)
    }

    /// As the table holds it.
    var text: String { scheme.rawValue + bcrypt }
}
