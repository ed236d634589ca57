import CLibCrypto
import Crypto

/// HKDF-SHA-256 (RFC 5869) over libcrypto's HMAC. Every sealed value needs one derivation to open, nine for one
/// employee: libcrypto's own HKDF takes 5.1 µs, because it fetches digest and MAC by name each time, swift-crypto's
/// generic one 11; this takes 2.4.
enum KeyDerivation {
    private static let digestBytes = 32

    /// INVARIANT: made once, only ever copied from, never freed; copying reads it alone (EVP_MAC_CTX_dup(3)). Nil when
    /// libcrypto has no HMAC-SHA-256, and then every derivation fails.
    private nonisolated(unsafe) static let template: OpaquePointer? = {
        guard let algorithm = EVP_MAC_fetch(nil, "HMAC", nil) else { return nil }
        defer { EVP_MAC_free(algorithm) }
        guard let context = EVP_MAC_CTX_new(algorithm) else { return nil }
        var digest = Array("SHA256".utf8CString)
        let isSet = digest.withUnsafeMutableBufferPointer { digest in
            let parameters = [
                OSSL_PARAM_construct_utf8_string(name("digest"), digest.baseAddress, 0), OSSL_PARAM_construct_end(),
            ]
            return EVP_MAC_CTX_set_params(context, parameters) == 1
        }
        if isSet { return context }
        EVP_MAC_CTX_free(context)
        return nil
    }()

    /// `count` bytes from a key, a salt and what they are for. The caller wipes them.
    static func derive(
        _ key: DataKey, salt: [UInt8], info: [UInt8], count: Int
    ) throws(KeyVaultError) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: count)
        let isDerived = salt.withUnsafeBytes { salt in
            info.withUnsafeBytes { info in
                output.withUnsafeMutableBytes { derive(key, salt: salt, info: info, into: $0) }
            }
        }
        guard isDerived else { throw failed }
        return output
    }

    /// Fills `output` from a key, a salt that is not empty, and what they are for.
    ///
    /// - Returns: false when libcrypto fails; `output` must not be used then.
    static func derive(
        _ key: DataKey, salt: UnsafeRawBufferPointer, info: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer
    ) -> Bool {
        // A MAC that is begun with no key goes on with its former one (EVP_MAC_init(3)). One byte counts the blocks.
        guard !salt.isEmpty, output.count <= 255 * digestBytes, let template,
            let context = EVP_MAC_CTX_dup(template)
        else { return false }
        // Frees what it holds of keys cleared.
        defer { EVP_MAC_CTX_free(context) }
        return withUnsafeTemporaryAllocation(byteCount: 2 * digestBytes, alignment: 16) { scratch in
            defer { wipe(scratch) }
            let extracted = UnsafeMutableRawBufferPointer(rebasing: scratch[..<digestBytes])
            let block = UnsafeMutableRawBufferPointer(rebasing: scratch[digestBytes...])
            let isExtracted = key.symmetric.withUnsafeBytes { key in
                begin(context, salt) && add(context, key) && finish(context, extracted)
            }
            guard isExtracted else { return false }
            var done = 0
            var counter: UInt8 = 0
            while done < output.count {
                counter += 1
                let previous = UnsafeRawBufferPointer(rebasing: block[..<(done == 0 ? 0 : digestBytes)])
                guard begin(context, UnsafeRawBufferPointer(extracted)), add(context, previous), add(context, info),
                    withUnsafeBytes(of: counter, { add(context, $0) }), finish(context, block)
                else { return false }
                let length = min(digestBytes, output.count - done)
                output[done..<(done + length)].copyBytes(from: block[..<length])
                done += length
            }
            return true
        }
    }

    /// What is thrown when libcrypto fails.
    static var failed: KeyVaultError { KeyVaultError(.malformed, "libcrypto could not derive a key") }

    private static func begin(_ context: OpaquePointer, _ key: UnsafeRawBufferPointer) -> Bool {
        EVP_MAC_init(context, bytes(key), key.count, nil) == 1
    }

    private static func add(_ context: OpaquePointer, _ data: UnsafeRawBufferPointer) -> Bool {
        data.isEmpty || EVP_MAC_update(context, bytes(data), data.count) == 1
    }

    private static func finish(_ context: OpaquePointer, _ output: UnsafeMutableRawBufferPointer) -> Bool {
        var length = 0
        let start = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        return EVP_MAC_final(context, start, &length, output.count) == 1 && length == digestBytes
    }

    private static func bytes(_ buffer: UnsafeRawBufferPointer) -> UnsafePointer<UInt8>? {
        buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    }

    /// The C string of a parameter's name (EVP_MAC-HMAC(7)). A parameter keeps the pointer, so the text must outlive
    /// the call, as a literal does; an imported macro would become a temporary.
    private static func name(_ text: StaticString) -> UnsafePointer<CChar> {
        UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
    }
}
