package import WireFormat

/// What a browser answers to `navigator.credentials.create()`, as `PublicKeyCredential.toJSON()` writes it
/// (`RegistrationResponseJSON`).
package struct RegistrationResponse: WireBody {
    /// The credential's id, as the browser repeats it.
    package let id: [UInt8]
    /// What was signed over.
    package let clientData: [UInt8]
    /// CBOR.
    package let attestationObject: [UInt8]
    /// How the authenticator can be reached, as a hint for later: `internal`, `hybrid`, `usb` …
    package let transports: [String]

    /// Transports are short words; more than these would be none.
    private static let mostTransports = 8
    private static let longestTransport = 32

    /// A response from its parts.
    package init(id: [UInt8], clientData: [UInt8], attestationObject: [UInt8], transports: [String] = []) {
        self.id = id
        self.clientData = clientData
        self.attestationObject = attestationObject
        self.transports = transports
    }

    package init(fields: inout FieldReader) {
        id = PublicKeyCredentialFields.read(&fields).bytes
        let response = fields.body("response", Inner.self)
        if response == nil { fields.fail("response", "is required") }
        clientData = response?.clientData.bytes ?? []
        attestationObject = response?.attestationObject.bytes ?? []
        transports = response?.transports ?? []
    }

    /// `AuthenticatorAttestationResponseJSON`. Its copies of what the attestation object holds are not read.
    private struct Inner: WireBody {
        let clientData: Base64Bytes
        let attestationObject: Base64Bytes
        let transports: [String]

        init(fields: inout FieldReader) {
            clientData = fields.required("clientDataJSON")
            attestationObject = fields.required("attestationObject")
            transports =
                fields.optional("transports", [String].self) { list in
                    list.count <= RegistrationResponse.mostTransports
                        && list.allSatisfy { (1...RegistrationResponse.longestTransport).contains($0.utf8.count) }
                        ? nil : "must be a few short words"
                } ?? []
            _ = fields.optional("authenticatorData", JSONValue.self)
            _ = fields.optional("publicKey", JSONValue.self)
            _ = fields.optional("publicKeyAlgorithm", JSONValue.self)
        }
    }
}

/// What a browser answers to `navigator.credentials.get()` (`AuthenticationResponseJSON`).
package struct AuthenticationResponse: WireBody {
    /// Which credential.
    package let id: [UInt8]
    /// What was signed over.
    package let clientData: [UInt8]
    /// What was signed.
    package let authenticatorData: [UInt8]
    /// By the credential's key.
    package let signature: [UInt8]
    /// Whose credential, as it was told at the registration; discoverable credentials have it.
    package let userHandle: [UInt8]?

    /// A response from its parts.
    package init(
        id: [UInt8], clientData: [UInt8], authenticatorData: [UInt8], signature: [UInt8], userHandle: [UInt8]?
    ) {
        self.id = id
        self.clientData = clientData
        self.authenticatorData = authenticatorData
        self.signature = signature
        self.userHandle = userHandle
    }

    package init(fields: inout FieldReader) {
        id = PublicKeyCredentialFields.read(&fields).bytes
        let response = fields.body("response", Inner.self)
        if response == nil { fields.fail("response", "is required") }
        clientData = response?.clientData.bytes ?? []
        authenticatorData = response?.authenticatorData.bytes ?? []
        signature = response?.signature.bytes ?? []
        userHandle = response?.userHandle?.bytes
    }

    /// `AuthenticatorAssertionResponseJSON`.
    private struct Inner: WireBody {
        let clientData: Base64Bytes
        let authenticatorData: Base64Bytes
        let signature: Base64Bytes
        let userHandle: Base64Bytes?

        init(fields: inout FieldReader) {
            clientData = fields.required("clientDataJSON")
            authenticatorData = fields.required("authenticatorData")
            signature = fields.required("signature")
            userHandle = fields.optional("userHandle")
            _ = fields.optional("attestationObject", JSONValue.self)
        }
    }
}

/// The members that both responses have around the authenticator's answer.
private enum PublicKeyCredentialFields {
    static func read(_ fields: inout FieldReader) -> Base64Bytes {
        let id: Base64Bytes = fields.required("id")
        if let raw = fields.optional("rawId", Base64Bytes.self), raw.bytes != id.bytes {
            fields.fail("rawId", "must be `id`")
        }
        _ = fields.required("type", String.self) { $0 == "public-key" ? nil : "must be `public-key`" }
        _ = fields.optional("authenticatorAttachment", String.self)
        _ = fields.optional("clientExtensionResults", JSONValue.self)
        return id
    }
}

/// A byte string in base64url without padding.
private struct Base64Bytes: WireValue {
    static let placeholder = Base64Bytes(bytes: [])
    let bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }

    init(wire: JSONValue) throws(WireValueError) {
        guard let bytes = Base64URL.decode(try String(wire: wire)) else {
            throw WireValueError("must be base64url without padding")
        }
        self.bytes = bytes
    }
}
