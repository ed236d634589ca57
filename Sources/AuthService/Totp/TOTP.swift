import Crypto
import WireFormat

/// Time-based one-time passwords (RFC 6238) with HMAC-SHA-1, six digits and steps of 30 seconds: what every
/// authenticator app speaks. Pure: the clock is the caller's.
struct TOTP: Sendable {
    /// RFC 6238 §5.2.
    static let stepSeconds: Int64 = 30
    /// Six digits (RFC 4226 §5.3).
    static let digits = 6
    /// One step to either side: a clock 30 seconds off, or a code typed as it changes (RFC 6238 §5.2).
    static let window: Int64 = 1
    /// RFC 4226 §4 R6 recommends 160 bits, the length of HMAC-SHA-1's key.
    static let secretBytes = 20

    private let secret: Redacted<[UInt8]>

    /// A generator over a shared secret.
    init(secret: [UInt8]) { self.secret = Redacted(secret) }

    /// A fresh secret.
    static func generateSecret() -> [UInt8] {
        SymmetricKey(size: SymmetricKeySize(bitCount: secretBytes * 8)).withUnsafeBytes { Array($0) }
    }

    /// The number of the step in which `instant` lies.
    static func step(at instant: Instant) -> Int64 { instant.seconds / stepSeconds }

    /// The code of one step.
    func code(step: Int64, digits: Int = TOTP.digits) -> String {
        let counter = withUnsafeBytes(of: step.bigEndian) { Array($0) }
        let mac = HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: secret.reveal()))
        let bytes = Array(mac)
        // Dynamic truncation (RFC 4226 §5.3).
        let offset = Int(bytes[19] & 15)
        let number =
            UInt64(bytes[offset] & 0x7f) << 24 | UInt64(bytes[offset + 1]) << 16 | UInt64(bytes[offset + 2]) << 8
            | UInt64(bytes[offset + 3])
        var modulus: UInt64 = 1
        for _ in 0..<digits { modulus *= 10 }
        let text = String(number % modulus)
        return String(repeating: "0", count: digits - text.count) + text
    }

    /// The step whose code this is, at most one from the present step, or nil. All of them are compared, in constant
    /// time.
    func step(of code: String, at instant: Instant) -> Int64? {
        let present = Self.step(at: instant)
        var match: Int64?
        for step in (present - Self.window)...(present + Self.window)
        where ConstantTime.equal(self.code(step: step).utf8, code.utf8) {
            match = step
        }
        return match
    }

    /// What a QR code for an authenticator app holds (the Key URI format).
    func enrolmentURI(issuer: String, account: String) -> String {
        let name = Self.percentEncoded(issuer) + ":" + Self.percentEncoded(account)
        return "otpauth://totp/\(name)?secret=\(base32Secret)&issuer=\(Self.percentEncoded(issuer))"
            + "&algorithm=SHA1&digits=\(Self.digits)&period=\(Self.stepSeconds)"
    }

    /// The secret as a person types it into an app.
    var base32Secret: String { Base32.encode(secret.reveal()) }

    /// Whether `text` has the form of a code.
    static func isCode(_ text: String) -> Bool {
        text.utf8.count == digits && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    private static func percentEncoded(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                String(UnicodeScalar(byte))
            default: "%" + Hex.encode([byte]).uppercased()
            }
        }.joined()
    }
}

/// Base 32 without padding (RFC 4648 §6), which authenticator apps expect.
enum Base32 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    /// Five bits a character, the last group filled with zero bits.
    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var bits: UInt32 = 0
        var held: UInt32 = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            held += 8
            while held >= 5 {
                held -= 5
                text.append(alphabet[Int(bits >> held & 31)])
            }
            bits &= (1 << held) - 1
        }
        if held > 0 { text.append(alphabet[Int(bits << (5 - held) & 31)]) }
        return String(decoding: text, as: UTF8.self)
    }
}
