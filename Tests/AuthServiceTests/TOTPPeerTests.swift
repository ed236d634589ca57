import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing
import WireFormat

@testable import AuthService

@Suite("TOTP beside other people's programs")
struct TOTPPeerTests {
    private static let moments: [Int64] = [59, 1_111_111_109, 1_234_567_890, 1_800_000_000, 2_000_000_000]

    private func output(_ program: Subprocess.Executable, _ arguments: [String]) async throws -> [String] {
        let result = try await Subprocess.run(
            program, arguments: Arguments(arguments), output: .string(limit: 1 << 16), error: .string(limit: 1 << 16))
        try #require(result.terminationStatus.isSuccess, "\(result.standardError)")
        return result.standardOutput.split(whereSeparator: \.isNewline).map(String.init)
    }

    @Test("oathtool gives the same codes")
    func oathtool() async throws {
        let totp = TOTP(secret: TOTP.generateSecret())
        for moment in Self.moments {
            let theirs = try await output(
                .name("oathtool"), ["--totp", "-b", "-N", "@\(moment)", totp.base32Secret])
            #expect(theirs == [totp.code(step: TOTP.step(at: Instant(seconds: moment)))])
        }
    }

    @Test("pyotp reads the enrolment URI, gives the same codes, and takes ours")
    func pyotp() async throws {
        let totp = TOTP(secret: TOTP.generateSecret())
        let program = """
            import pyotp, sys
            totp = pyotp.parse_uri(sys.argv[1])
            assert totp.name == "a+b@example.org" and totp.issuer == "Bailiwick", totp
            for pair in sys.argv[2:]:
                moment, code = pair.split("=")
                assert totp.verify(code, for_time=int(moment)), pair
                print(totp.at(int(moment)))
            """
        let codes = Self.moments.map { totp.code(step: TOTP.step(at: Instant(seconds: $0))) }
        let uri = totp.enrolmentURI(issuer: "Bailiwick", account: "a+b@example.org")
        let theirs = try await output(
            .path(FilePath("\(PackageRoot.path)/.venv/bin/python")),
            ["-c", program, uri] + zip(Self.moments, codes).map { "\($0)=\($1)" })
        #expect(theirs == codes)
    }

    @Test("the QR code has its patterns and holds the whole URI of the longest address")
    func qrCode() throws {
        let totp = TOTP(secret: TOTP.generateSecret())
        let address = String(repeating: "ä", count: 32) + "@" + String(repeating: "b", count: 189)
        #expect(EmailAddress(address) != nil)
        let code = try #require(QRCode(totp.enrolmentURI(issuer: "Bailiwick", account: address)))
        #expect((code.width - 17).isMultiple(of: 4))
        // The finder patterns of three corners (ISO/IEC 18004 §6.3.3).
        let finder = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]
        for (left, top) in [(0, 0), (code.width - 7, 0), (0, code.width - 7)] {
            for (row, line) in finder.enumerated() {
                let found = (0..<7).map { code.modules[(top + row) * code.width + left + $0] ? "1" : "0" }.joined()
                #expect(found == line)
            }
        }
        let dark = code.modules.count { $0 }
        let drawn = try code.svg.matches(of: Regex("h([0-9]+)v1")).reduce(0) { sum, match in
            sum + (match.output[1].substring.flatMap { Int($0) } ?? 0)
        }
        #expect(drawn == dark)
        let side = code.width + 2 * QRCode.quietZone
        #expect(code.svg.contains("viewBox=\"0 0 \(side) \(side)\""))
        #expect(QRCode(String(repeating: "x", count: 3000)) == nil)
    }
}
