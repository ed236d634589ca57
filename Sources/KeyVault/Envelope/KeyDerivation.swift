import CLibCrypto

/// HKDF-SHA-256 (RFC 5869) by libcrypto. Every sealed value needs one derivation to open, nine for one employee;
/// swift-crypto's is generic and takes 11 µs where this takes 4.
enum KeyDerivation {
    /// INVARIANT: fetched once, never freed and never changed; an EVP_KDF is reference-counted and safe to share
    /// (EVP_KDF(3)). Nil when libcrypto has no HKDF, and then every derivation fails.
    private nonisolated(unsafe) static let algorithm = EVP_KDF_fetch(nil, "HKDF", nil)

    /// `count` bytes from a key, a salt and what they are for. The caller wipes them.
    static func derive(
        _ key: DataKey, salt: [UInt8], info: [UInt8], count: Int
    ) throws(KeyVaultError) -> [UInt8] {
        var salt = salt
        var info = info
        var digest = Array("SHA256".utf8CString)
        var output = [UInt8](repeating: 0, count: count)
        let isDerived = key.withBytes { key in
            var key = key
            defer { wipe(&key) }
            return key.withUnsafeMutableBytes { key in
                salt.withUnsafeMutableBytes { salt in
                    info.withUnsafeMutableBytes { info in
                        digest.withUnsafeMutableBufferPointer { digest in
                            let parameters = [
                                OSSL_PARAM_construct_utf8_string(name("digest"), digest.baseAddress, 0),
                                OSSL_PARAM_construct_octet_string(name("key"), key.baseAddress, key.count),
                                OSSL_PARAM_construct_octet_string(name("salt"), salt.baseAddress, salt.count),
                                OSSL_PARAM_construct_octet_string(name("info"), info.baseAddress, info.count),
                                OSSL_PARAM_construct_end(),
                            ]
                            guard let context = EVP_KDF_CTX_new(algorithm) else { return false }
                            defer { EVP_KDF_CTX_free(context) }
                            return EVP_KDF_derive(context, &output, count, parameters) == 1
                        }
                    }
                }
            }
        }
        guard isDerived else { throw KeyVaultError(.malformed, "libcrypto could not derive a key") }
        return output
    }

    /// The C string of a parameter's name (EVP_KDF-HKDF(7)). A parameter keeps the pointer, so the text must outlive
    /// the call, as a literal does; an imported macro would become a temporary.
    private static func name(_ text: StaticString) -> UnsafePointer<CChar> {
        UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
    }
}
