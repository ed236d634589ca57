import ArgumentParser
import Crypto
import Foundation
import WireFormat

/// The stages of a request that are too small for a load generator: CPU microseconds each, one a line.
struct Stages: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stages", abstract: "Print the CPU microseconds of single stages.")

    /// Repetitions of each stage.
    @Option var count = 3000

    func run() throws {
        let key = Curve25519.Signing.PrivateKey()
        let message = Array(repeating: UInt8(7), count: 400)
        let signature = try key.signature(for: message)
        let publicKey = key.publicKey
        try measure("Ed25519 sign") { _ = try key.signature(for: message) }
        try measure("Ed25519 verify") { _ = publicKey.isValidSignature(signature, for: message) }
        try measure("SHA-256 of 400 bytes") { _ = SHA256.hash(data: message) }

        let employee: JSONValue = [
            "id": "019a0f3c-5b7a-7c11-8b1e-0123456789ab", "given_name": "Ada", "family_name": "Lovelace",
            "job_title": "Analyst", "country": "GB", "hired_on": "2020-01-01",
            "salary": ["amount": "5400.00", "currency": "GBP"], "withheld": ["bank_iban", "national_id"],
        ]
        let text = employee.bytes()
        try measure("JSON write, one employee") { _ = employee.bytes() }
        try measure("JSON read, one employee") { _ = try JSONValue.parse(text) }

        let box = SymmetricKey(size: .bits256)
        let sealed = try AES.GCM.seal(message, using: box)
        try measure("AES-256-GCM open, 400 bytes") { _ = try AES.GCM.open(sealed, using: box) }
    }

    private func measure(_ name: String, _ body: () throws -> Void) throws {
        for _ in 0..<count / 10 { try body() }
        let before = SignedCall.processorTime()
        for _ in 0..<count { try body() }
        print("\(name)\t\((SignedCall.processorTime() - before) / Double(count) * 1e6)")
    }
}
