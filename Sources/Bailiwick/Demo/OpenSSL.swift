import Foundation
import WireFormat

/// RS256 by the `openssl` command: another implementation than ours, told nothing but the published key.
enum OpenSSL {
    /// What `openssl dgst -verify` says of a compact JWS under a JWK.
    ///
    /// - Throws: `StepFailure` when it does not verify.
    static func verify(token: String, key: JSONValue) async throws -> String {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let modulus = try require(key["n"]?.string.flatMap { Base64URL.decode($0) }, "a modulus")
        let exponent = try require(key["e"]?.string.flatMap { Base64URL.decode($0) }, "an exponent")
        let signature = try require(Base64URL.decode(parts[2]), "a signature")
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bailiwick-\(UUIDv7.generate())")
            .path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }

        // RFC 8017 A.1.1, wrapped as RFC 5280's SubjectPublicKeyInfo, in openssl's own notation.
        let notation = """
            asn1=SEQUENCE:key
            [key]
            algorithm=SEQUENCE:algorithm
            public=BITWRAP,SEQUENCE:rsa
            [algorithm]
            id=OID:rsaEncryption
            parameters=NULL
            [rsa]
            n=INTEGER:0x\(Hex.encode(modulus))
            e=INTEGER:0x\(Hex.encode(exponent))
            """
        try Data(notation.utf8).write(to: URL(fileURLWithPath: folder + "/key.asn1"))
        try Data((parts[0] + "." + parts[1]).utf8).write(to: URL(fileURLWithPath: folder + "/signed"))
        try Data(signature).write(to: URL(fileURLWithPath: folder + "/signature"))
        _ = try await ForeignTools.run(
            "openssl", ["asn1parse", "-noout", "-genconf", folder + "/key.asn1", "-out", folder + "/key.der"])
        return try await ForeignTools.run(
            "openssl",
            [
                "dgst", "-sha256", "-keyform", "DER", "-verify", folder + "/key.der", "-signature",
                folder + "/signature", folder + "/signed",
            ]
        ).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
