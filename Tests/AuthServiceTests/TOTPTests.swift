import Testing
import WireFormat

@testable import AuthService

@Suite("TOTP")
struct TOTPTests {
    /// RFC 6238 appendix B, the SHA-1 column: eight digits.
    @Test(
        "gives the codes of RFC 6238 appendix B",
        arguments: [
            (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"), (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
        ] as [(Int64, String)])
    func vectors(seconds: Int64, code: String) {
        let totp = TOTP(secret: Array("12345678901234567890".utf8))
        let step = TOTP.step(at: Instant(seconds: seconds))
        #expect(totp.code(step: step, digits: 8) == code)
        #expect(totp.code(step: step) == String(code.suffix(6)))
    }

    @Test("accepts the code of the present step and of one to either side, and no other")
    func window() {
        let totp = TOTP(secret: TOTP.generateSecret())
        let now = Instant(seconds: 1_800_000_015)
        let present = TOTP.step(at: now)
        for step in (present - 5)...(present + 5) {
            let found = totp.step(of: totp.code(step: step), at: now)
            #expect((found == step) == (abs(step - present) <= 1), "step \(step - present)")
        }
    }

    @Test(
        "secrets have 160 bits and are shown in base 32", arguments: [("foobar", "MZXW6YTBOI"), ("f", "MY"), ("", "")])
    func base32(text: String, encoded: String) {
        #expect(Base32.encode(Array(text.utf8)) == encoded)
        #expect(TOTP.generateSecret().count == 20)
        #expect(TOTP(secret: TOTP.generateSecret()).base32Secret.count == 32)
    }

    @Test("an address cannot break out of the enrolment URI")
    func uri() {
        let uri = TOTP(secret: [0]).enrolmentURI(issuer: "Bailiwick", account: "a&secret=x?@example.org")
        #expect(uri.hasPrefix("otpauth://totp/Bailiwick:a%26secret%3Dx%3F%40example.org?secret=AA&issuer=Bailiwick&"))
    }

    @Test("what is not six ASCII digits is no code", arguments: ["", "12345", "1234567", "12345a", "１２３４５６", "-12345"])
    func form(text: String) {
        #expect(!TOTP.isCode(text))
    }
}
