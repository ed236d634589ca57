import Crypto
import WireFormat

/// A code on paper that stands in for the second factor once.
struct RecoveryCode: Sendable {
    /// How many an account has after generating.
    static let count = 10
    /// 80 bits: with a keyed digest and a limit on tries nobody guesses one, and a person can still type it.
    static let bytes = 10
    /// The symbols of one, without the dashes.
    static let symbols = 16
    /// What is read at all: the symbols, with as many dashes and blanks.
    static let longest = 2 * symbols

    /// Without dashes, in upper case.
    private let symbols: Redacted<String>

    /// A fresh one.
    static func generate() -> RecoveryCode {
        let random = SymmetricKey(size: SymmetricKeySize(bitCount: bytes * 8)).withUnsafeBytes { Array($0) }
        return RecoveryCode(symbols: Redacted(Base32.encode(random)))
    }

    private init(symbols: Redacted<String>) { self.symbols = symbols }

    /// Reads a code as a person types it; nil when it cannot be one.
    init?(_ typed: String) {
        guard typed.utf8.count <= Self.longest else { return nil }
        let symbols = typed.uppercased().filter { $0 != "-" && $0 != " " }
        guard symbols.utf8.count == Self.symbols,
            symbols.utf8.allSatisfy({
                (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
                    || (UInt8(ascii: "2")...UInt8(ascii: "7")).contains($0)
            })
        else { return nil }
        self.symbols = Redacted(symbols)
    }

    /// As it is shown, once: `ABCD-EFGH-IJKL-MNOP`.
    var text: String {
        let all = Array(symbols.reveal())
        return stride(from: 0, to: all.count, by: 4).map { String(all[$0..<min($0 + 4, all.count)]) }
            .joined(separator: "-")
    }

    /// What the keyed digest is made of: one code of two accounts has two digests.
    func digestInput(_ account: UUIDv7) -> String { account.text + ":" + symbols.reveal() }
}
