import Testing
import WireFormat

@testable import KeyVault

@Suite struct KeyDerivationTests {
    /// Keys, salts and lengths in the manner of RFC 5869 appendix A, answers by Python's
    /// `cryptography` (`HKDF(SHA256(), count, salt, info).derive(key)`).
    @Test(arguments: [(0, 42), (10, 42), (80, 82), (130, 64), (130, 1), (3, 255 * 32)])
    func agreesWithAnotherProgram(info: Int, count: Int) throws {
        var key = (0..<32).map { UInt8($0) }
        let dataKey = try #require(DataKey(consuming: &key))
        let derived = try KeyDerivation.derive(
            dataKey, salt: (0..<13).map { UInt8($0) }, info: (0..<info).map { UInt8(truncatingIfNeeded: 0xB0 ^ $0) },
            count: count)
        #expect(derived.count == count)
        let digest = derived.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        #expect(Hex.encode(Array(derived.prefix(16))) == Self.expected["\(info)/\(count)"]?.start)
        #expect(digest == Self.expected["\(info)/\(count)"]?.digest)
    }

    /// The first 16 bytes, and the FNV-1a digest of all.
    private static let expected: [String: (start: String, digest: UInt64)] = [
        "0/42": ("6329c9eb1f9c9d2c545f094a8b607d77", 7_793_857_644_613_477_563),  // pragma: allowlist secret
        "10/42": ("27811b172f35e7eb88392f8b7e50ee5c", 6_531_423_217_430_538_667),  // pragma: allowlist secret
        "80/82": ("0a9588128ce4de6ef1f23b9b95655898", 6_748_898_314_052_587_592),  // pragma: allowlist secret
        "130/64": ("5cd004a6c0245f060ae4defa41c113d1", 7_321_101_497_109_902_712),  // pragma: allowlist secret
        "130/1": ("5c", 12_638_245_474_671_937_179),
        "3/8160": ("ab5826267c8baa0097b104aaafa2d3be", 2_950_138_700_092_913_767),  // pragma: allowlist secret
    ]

    @Test func refusesMoreThanItCanDeriveAndAnEmptySalt() throws {
        var key = [UInt8](repeating: 1, count: 32)
        let dataKey = try #require(DataKey(consuming: &key))
        #expect(throws: KeyVaultError.self) {
            try KeyDerivation.derive(dataKey, salt: [1], info: [], count: 255 * 32 + 1)
        }
        #expect(throws: KeyVaultError.self) { try KeyDerivation.derive(dataKey, salt: [], info: [], count: 32) }
    }

    @Test func manyThreadsDeriveTheSame() async throws {
        var bytes = [UInt8](repeating: 7, count: 32)
        let key = try #require(DataKey(consuming: &bytes))
        let alone = try KeyDerivation.derive(key, salt: [1, 2, 3], info: [4], count: 64)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<2_000 {
                        guard try KeyDerivation.derive(key, salt: [1, 2, 3], info: [4], count: 64) == alone else {
                            return false
                        }
                    }
                    return true
                }
            }
            for try await same in group { #expect(same) }
        }
    }
}
