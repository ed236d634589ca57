import CLibCrypto

/// AES-256-GCM (NIST SP 800-38D) by libcrypto, on buffers of the caller: opening eight short values through
/// swift-crypto's generic collections took 4.7 µs each, of which AES is a tenth.
enum EnvelopeCipher {
    /// Bytes of an authentication tag.
    static let tagBytes = 16
    /// Bytes of a key.
    static let keyBytes = 32

    /// INVARIANT: fetched once, never freed and never changed; an EVP_CIPHER is reference-counted and safe to share
    /// (EVP_CIPHER_fetch(3)). Nil when libcrypto has no AES-256-GCM, and then nothing is sealed or opened.
    private nonisolated(unsafe) static let algorithm = EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)

    /// The nonce of 96 bits. INVARIANT: never used twice with one AES key, because every value has its own salt.
    private static let nonce = [UInt8](repeating: 0, count: 12)

    /// Encrypts `plain` into `output`, which is longer by the tag.
    ///
    /// - Returns: false when libcrypto fails.
    static func seal(
        _ plain: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer, associated: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer
    ) -> Bool {
        guard output.count == plain.count + tagBytes, key.count == keyBytes, let context = EVP_CIPHER_CTX_new() else {
            return false
        }
        defer { EVP_CIPHER_CTX_free(context) }
        var count: Int32 = 0
        guard EVP_EncryptInit_ex2(context, algorithm, bytes(key), nonce, nil) == 1,
            EVP_EncryptUpdate(context, nil, &count, bytes(associated), Int32(associated.count)) == 1,
            EVP_EncryptUpdate(context, start(output), &count, bytes(plain), Int32(plain.count)) == 1,
            Int(count) == plain.count,
            EVP_EncryptFinal_ex(context, start(output)?.advanced(by: plain.count), &count) == 1
        else { return false }
        let tag = output.baseAddress?.advanced(by: plain.count)
        return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tagBytes), tag) == 1
    }

    /// Decrypts `sealed`, a ciphertext and its tag, into `output`, which is shorter by the tag.
    ///
    /// - Returns: false when the tag is of another text, key or associated data; `output` must not be used then.
    static func open(
        _ sealed: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer, associated: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer
    ) -> Bool {
        guard sealed.count == output.count + tagBytes, key.count == keyBytes, let context = EVP_CIPHER_CTX_new() else {
            return false
        }
        defer { EVP_CIPHER_CTX_free(context) }
        var count: Int32 = 0
        // The tag is only read; the C signature serves both directions.
        let tag = UnsafeMutableRawPointer(mutating: sealed.baseAddress?.advanced(by: output.count))
        return EVP_DecryptInit_ex2(context, algorithm, bytes(key), nonce, nil) == 1
            && EVP_DecryptUpdate(context, nil, &count, bytes(associated), Int32(associated.count)) == 1
            && EVP_DecryptUpdate(context, start(output), &count, bytes(sealed), Int32(output.count)) == 1
            && Int(count) == output.count
            && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tagBytes), tag) == 1
            && EVP_DecryptFinal_ex(context, start(output)?.advanced(by: output.count), &count) == 1
    }

    private static func bytes(_ buffer: UnsafeRawBufferPointer) -> UnsafePointer<UInt8>? {
        buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    }

    private static func start(_ buffer: UnsafeMutableRawBufferPointer) -> UnsafeMutablePointer<UInt8>? {
        buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    }
}
