import CLibFido2

/// Debian's libfido2, which checks signatures of credentials and of their attestations. Each call makes and frees its
/// own objects; nothing is shared.
enum FIDOLibrary {
    /// Checks the statement of a new credential over its client data: `packed` with certificates or by the key itself,
    /// or `fido-u2f`. Also refuses another relying party, and missing presence or verification.
    static func verifyAttestation(
        format: String, statement: [UInt8], isOwn: Bool, relyingParty: String, data: AuthenticatorData,
        clientData: [UInt8], algorithm: COSEAlgorithm
    ) throws(WebAuthnError) {
        var credential = fido_cred_new()
        defer { fido_cred_free(&credential) }
        // The algorithm first: the library parses the key of the authenticator data by it.
        guard let credential, fido_cred_set_type(credential, Int32(algorithm.rawValue)) == FIDO_OK,
            fido_cred_set_clientdata(credential, clientData, clientData.count) == FIDO_OK,
            fido_cred_set_rp(credential, relyingParty, nil) == FIDO_OK,
            fido_cred_set_fmt(credential, format) == FIDO_OK,
            fido_cred_set_uv(credential, FIDO_OPT_TRUE) == FIDO_OK,
            fido_cred_set_authdata_raw(credential, data.raw, data.raw.count) == FIDO_OK,
            permitExtensions(of: data, on: credential),
            fido_cred_set_attstmt(credential, statement, statement.count) == FIDO_OK,
            (isOwn ? fido_cred_verify_self(credential) : fido_cred_verify(credential)) == FIDO_OK
        else { throw WebAuthnError(.attestationStatement, "it does not verify") }
    }

    /// The library wants to know which extensions were asked for. Browsers ask for these two on their own.
    private static func permitExtensions(of data: AuthenticatorData, on credential: OpaquePointer) -> Bool {
        var mask: Int32 = 0
        if let level = data.extensions?["credProtect"]?.integer, let level = Int32(exactly: level) {
            guard fido_cred_set_prot(credential, level) == FIDO_OK else { return false }
            mask |= FIDO_EXT_CRED_PROTECT
        }
        if data.extensions?["hmac-secret"] == .bool(true) { mask |= FIDO_EXT_HMAC_SECRET }
        return mask == 0 || fido_cred_set_extensions(credential, mask) == FIDO_OK
    }

    /// Checks a signature over authenticator data and the hash of client data.
    static func verifyAssertion(
        relyingParty: String, data: AuthenticatorData, clientData: [UInt8], signature: [UInt8],
        key: CredentialPublicKey
    ) throws(WebAuthnError) {
        var assertion = fido_assert_new()
        defer { fido_assert_free(&assertion) }
        guard let assertion, fido_assert_set_clientdata(assertion, clientData, clientData.count) == FIDO_OK,
            fido_assert_set_rp(assertion, relyingParty) == FIDO_OK, fido_assert_set_count(assertion, 1) == FIDO_OK,
            fido_assert_set_up(assertion, FIDO_OPT_TRUE) == FIDO_OK,
            fido_assert_set_uv(assertion, FIDO_OPT_TRUE) == FIDO_OK,
            fido_assert_set_authdata_raw(assertion, 0, data.raw, data.raw.count) == FIDO_OK,
            fido_assert_set_sig(assertion, 0, signature, signature.count) == FIDO_OK,
            verifies(assertion, key)
        else { throw WebAuthnError(.signature, "it does not verify") }
    }

    private static func verifies(_ assertion: OpaquePointer, _ key: CredentialPublicKey) -> Bool {
        let algorithm = Int32(key.algorithm.rawValue)
        switch key.algorithm {
        case .es256:
            var point = es256_pk_new()
            defer { es256_pk_free(&point) }
            return es256_pk_from_ptr(point, key.raw, key.raw.count) == FIDO_OK
                && fido_assert_verify(assertion, 0, algorithm, UnsafeRawPointer(point)) == FIDO_OK
        case .edDSA:
            var point = eddsa_pk_new()
            defer { eddsa_pk_free(&point) }
            return eddsa_pk_from_ptr(point, key.raw, key.raw.count) == FIDO_OK
                && fido_assert_verify(assertion, 0, algorithm, UnsafeRawPointer(point)) == FIDO_OK
        case .rs256:
            var modulus = rs256_pk_new()
            defer { rs256_pk_free(&modulus) }
            return rs256_pk_from_ptr(modulus, key.raw, key.raw.count) == FIDO_OK
                && fido_assert_verify(assertion, 0, algorithm, UnsafeRawPointer(modulus)) == FIDO_OK
        }
    }
}

/// SHA-256 by libcrypto, which libfido2 brings.
enum SHA256Digest {
    /// 32 bytes.
    static func of(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        _ = SHA256(bytes, bytes.count, &digest)
        return digest
    }
}
