import WireFormat

/// What a new password has to be: long enough, not a common one, not one that a guesser who knows the person comes to
/// soon. No classes of characters are asked for (NIST SP 800-63B-4 §3.1.1.2). A password that is set already is never
/// judged by these.
struct PasswordRules: Sendable {
    /// Characters of a password that is the only factor (NIST SP 800-63B-4 §3.1.1.1).
    static let fewestAlone = 15
    /// Characters of a password beside a second factor.
    static let fewestWithFactor = 8
    /// zxcvbn's score 4, ten thousand million guesses: for a password alone.
    static let fewestBitsAlone = 33.2
    /// zxcvbn's score 3, a hundred million guesses: beside a second factor, of which ten tries an hour are let through.
    static let fewestBitsWithFactor = 26.6
    /// Our own name is what people take who need one quickly.
    static let ownWords = ["bailiwick"]

    /// Whether new hashes are keyed, which lifts bcrypt's limit.
    let usesPepper: Bool

    /// What is wrong with `text` as the new password of the account with this address, or nil.
    ///
    /// - Parameter least: characters that an organisation asks for; what all have to have is not lowered by it.
    func complaint(about text: String, hasSecondFactor: Bool, email: EmailAddress, least: Int = 0) -> String? {
        let password: Password
        do {
            password = try Password(text)
        } catch {
            return error.detail
        }
        let fewest = max(least, hasSecondFactor ? Self.fewestWithFactor : Self.fewestAlone)
        guard password.text.count >= fewest else { return "must have at least \(fewest) characters" }
        guard usesPepper || password.fitsBcrypt else {
            return Password.Refusal.tooLong(mostBytes: Password.mostPlainBytes).detail
        }
        guard !CommonPasswords.contains(password.text) else { return "is one of the most common passwords" }
        let fewestBits = hasSecondFactor ? Self.fewestBitsWithFactor : Self.fewestBitsAlone
        guard PasswordMeter.bits(of: password, knowing: Self.words(of: email)) >= fewestBits else {
            return "is too easy to guess; take several words that do not belong together"
        }
        return nil
    }

    /// The parts of the address; one and two letters are in everything.
    private static func words(of email: EmailAddress) -> [String] {
        ownWords + email.comparable.split { !$0.isLetter && !$0.isNumber }.map(String.init).filter { $0.count > 2 }
    }
}
