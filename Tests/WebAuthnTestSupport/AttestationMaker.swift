import CLibFido2

/// A maker of authenticators: a key and the certificate that attestations are checked with.
package struct AttestationMaker: Sendable {
    /// The key of the certificate.
    package let key: TestKey
    /// The certificate in DER.
    package let certificate: [UInt8]

    /// What a certificate says; as §8.2.1 wants it unless changed.
    package struct Content: Sendable {
        /// The subject's OU.
        package var unit = "Authenticator Attestation"
        /// Counted from zero.
        package var version = 2
        /// Basic constraints.
        package var constraints = "critical,CA:FALSE"
        /// The model that it is for, in hex; nil leaves the extension out.
        package var aaguid: String?
        /// The kind of its key.
        package var kind = TestKey.Kind.es256

        /// What the specification wants.
        package init() {}
    }

    /// A fresh one.
    package init(_ content: Content = Content()) {
        key = TestKey(content.kind)
        guard let certificate = X509_new() else { preconditionFailure("no certificate") }
        defer { X509_free(certificate) }
        X509_set_version(certificate, content.version)
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1)
        X509_gmtime_adj(X509_getm_notBefore(certificate), -3600)
        X509_gmtime_adj(X509_getm_notAfter(certificate), 86_400)
        X509_set_pubkey(certificate, key.key)
        let name = X509_get_subject_name(certificate)
        for (field, value) in [("C", "SE"), ("O", "Maker"), ("OU", content.unit), ("CN", "Attestation")] {
            let bytes = Array(value.utf8)
            precondition(
                X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, bytes, Int32(bytes.count), -1, 0) == 1)
        }
        X509_set_issuer_name(certificate, name)
        if content.version == 2 {
            Self.add(NID_basic_constraints, content.constraints, to: certificate)
            if let aaguid = content.aaguid {
                let nid = Self.modelExtension
                Self.add(nid, "DER:0410" + aaguid, to: certificate)
            }
        }
        precondition(X509_sign(certificate, key.key, EVP_sha256()) > 0)
        var bytes: UnsafeMutablePointer<UInt8>?
        let length = i2d_X509(certificate, &bytes)
        self.certificate = Array(UnsafeBufferPointer(start: bytes, count: Int(length)))
        CRYPTO_free(bytes, #file, #line)
    }

    private static let modelExtension = OBJ_create("1.3.6.1.4.1.45724.1.1.4", "fidoModel", "FIDO model")

    private static func add(_ nid: Int32, _ value: String, to certificate: OpaquePointer) {
        if nid == modelExtension {
            let bytes = hex(String(value.dropFirst(4)))
            let data = ASN1_OCTET_STRING_new()
            defer { ASN1_OCTET_STRING_free(data) }
            ASN1_OCTET_STRING_set(data, bytes, Int32(bytes.count))
            let found = X509_EXTENSION_create_by_NID(nil, nid, 0, data)
            defer { X509_EXTENSION_free(found) }
            precondition(X509_add_ext(certificate, found, -1) == 1)
            return
        }
        let found = X509V3_EXT_conf_nid(nil, nil, nid, value)
        defer { X509_EXTENSION_free(found) }
        precondition(X509_add_ext(certificate, found, -1) == 1)
    }

    private static func hex(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Substring(text)
        while let byte = UInt8(rest.prefix(2), radix: 16) {
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        return bytes
    }
}
