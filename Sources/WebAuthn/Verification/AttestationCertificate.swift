import CLibFido2

/// The certificate that signs an attestation, and what the formats ask of it beyond its signature, which libfido2 does
/// not look at.
struct AttestationCertificate {
    private let der: [UInt8]

    init(der: [UInt8]) { self.der = der }

    /// §8.2.1: version 3; a subject with C, O, CN and the OU `Authenticator Attestation`; no authority; and when it names
    /// a model, that of the credential.
    func judgePacked(aaguid: [UInt8]) throws(WebAuthnError) {
        let isFit = try read { certificate in
            // `X509_get_version` counts from zero.
            guard X509_get_version(certificate) == 2, X509_check_ca(certificate) == 0,
                let subject = X509_get_subject_name(certificate),
                text(NID_organizationalUnitName, of: subject) == "Authenticator Attestation",
                text(NID_countryName, of: subject) != nil, text(NID_organizationName, of: subject) != nil,
                text(NID_commonName, of: subject) != nil
            else { return false }
            switch model(of: certificate) {
            case .none: return true
            case .some(let named): return named == aaguid
            }
        }
        guard isFit else { throw Self.unfit }
    }

    /// §8.6: a key on P-256.
    func judgeU2F() throws(WebAuthnError) {
        let isFit = try read { certificate in
            guard let key = X509_get0_pubkey(certificate) else { return false }
            var name = [CChar](repeating: 0, count: 64)
            var length = 0
            guard EVP_PKEY_get_group_name(key, &name, name.count, &length) == 1 else { return false }
            return String(decoding: name.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self) == "prime256v1"
        }
        guard isFit else { throw Self.unfit }
    }

    private static let unfit = WebAuthnError(.attestationStatement, "the certificate is not fit for it")

    private func read(_ body: (OpaquePointer) -> Bool) throws(WebAuthnError) -> Bool {
        let certificate = der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var cursor = buffer.baseAddress
            let certificate = d2i_X509(nil, &cursor, buffer.count)
            guard cursor == buffer.baseAddress.map({ $0 + buffer.count }) else {
                X509_free(certificate)
                return nil
            }
            return certificate
        }
        guard let certificate else { throw WebAuthnError(.attestationStatement, "`x5c` holds no certificate") }
        defer { X509_free(certificate) }
        return body(certificate)
    }

    private func text(_ nid: Int32, of name: OpaquePointer) -> String? {
        var buffer = [CChar](repeating: 0, count: 128)
        let length = X509_NAME_get_text_by_NID(name, nid, &buffer, Int32(buffer.count))
        guard length > 0 else { return nil }
        return String(decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// `id-fido-gen-ce-aaguid`: the model that the certificate is for. Empty when the extension is there and wrong, so
    /// that it equals none.
    private func model(of certificate: OpaquePointer) -> [UInt8]? {
        let identifier = OBJ_txt2obj("1.3.6.1.4.1.45724.1.1.4", 1)
        defer { ASN1_OBJECT_free(identifier) }
        let place = X509_get_ext_by_OBJ(certificate, identifier, -1)
        guard place >= 0 else { return nil }
        guard let found = X509_get_ext(certificate, place), X509_EXTENSION_get_critical(found) == 0,
            let data = X509_EXTENSION_get_data(found), ASN1_STRING_length(data) == 18,
            let bytes = ASN1_STRING_get0_data(data), bytes[0] == 0x04, bytes[1] == 16
        else { return [] }
        return (2..<18).map { bytes[$0] }
    }
}
