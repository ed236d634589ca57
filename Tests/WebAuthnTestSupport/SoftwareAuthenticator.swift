import CLibFido2
package import WebAuthn
package import WireFormat

/// An authenticator with its browser, in software, which also lies when a test asks it to.
package struct SoftwareAuthenticator: Sendable {
    /// What an attestation is signed with.
    package enum Statement: Sendable {
        /// `none`.
        case none
        /// `packed`, by the key itself.
        case packedOwn
        /// `packed`, by its maker.
        case packed(AttestationMaker)
        /// `fido-u2f`.
        case u2f(AttestationMaker)
        /// Anything: format and statement.
        case other(String, [UInt8])
    }

    /// What a test changes of an honest answer.
    package struct Changes: Sendable {
        /// Members of the client data to replace; null takes one out.
        package var clientData: [String: JSONValue] = [:]
        /// The bytes of the client data, whatever they are.
        package var clientDataBytes: [UInt8]?
        /// The relying party in the authenticator data.
        package var relyingPartyID: String?
        /// The flags.
        package var flags: AuthenticatorData.Flags?
        /// The id that the browser names.
        package var browserID: [UInt8]?
        /// The id in the authenticator data.
        package var innerID: [UInt8]?
        /// The key in the authenticator data, as COSE.
        package var cose: [UInt8]?
        /// Bytes after the authenticator data, such as extensions.
        package var tail: [UInt8] = []
        /// Flips a bit of the signature.
        package var breaksSignature = false
        /// Bytes after the attestation object.
        package var objectTail: [UInt8] = []

        /// None.
        package init() {}
    }

    /// The credential's key.
    package let key: TestKey
    /// The credential's id.
    package let id: [UInt8]
    /// For whom.
    package let relyingPartyID: String
    /// Where the browser is.
    package let origin: String
    /// The model.
    package var aaguid = [UInt8](repeating: 0xA5, count: 16)
    /// What an honest user does.
    package var flags: AuthenticatorData.Flags = [.userPresent, .userVerified]
    /// The counter; each assertion uses the one that it is at.
    package var signCount: UInt32 = 0

    /// A new credential.
    package init(
        _ kind: TestKey.Kind = .es256, relyingPartyID: String = "example.org",
        origin: String = "https://login.example.org"
    ) {
        key = TestKey(kind)
        id = (0..<32).map { _ in UInt8.random(in: 0...255) }
        self.relyingPartyID = relyingPartyID
        self.origin = origin
    }

    /// Answers `navigator.credentials.create()`.
    package func register(
        challenge: [UInt8], _ statement: Statement = .none, _ changes: Changes = Changes()
    ) -> RegistrationResponse {
        let clientData = clientData("webauthn.create", challenge, changes)
        let inner = changes.innerID ?? id
        let credential =
            aaguid + [UInt8(inner.count >> 8), UInt8(inner.count & 255)] + inner + (changes.cose ?? key.cose)
        let flags = changes.flags ?? flags.union(.attested)
        let data = authenticatorData(flags, flags.contains(.attested) ? credential : [], changes)
        let signed = data + Self.hash(clientData)
        func signature(_ key: TestKey, _ message: [UInt8]) -> [UInt8] {
            CBOR.text("sig") + CBOR.bytes(broken(key.sign(message), changes))
        }
        let (format, attestation): (String, [UInt8]) =
            switch statement {
            case .none: ("none", CBOR.map([]))
            case .packedOwn:
                (
                    "packed",
                    CBOR.map([
                        (CBOR.text("alg"), CBOR.int(key.algorithm)), (signature(key, signed), []),
                    ])
                )
            case .packed(let maker):
                (
                    "packed",
                    CBOR.map([
                        (CBOR.text("alg"), CBOR.int(maker.key.algorithm)), (signature(maker.key, signed), []),
                        (CBOR.text("x5c"), CBOR.array([CBOR.bytes(maker.certificate)])),
                    ])
                )
            case .u2f(let maker):
                (
                    "fido-u2f",
                    CBOR.map([
                        (
                            signature(
                                maker.key,
                                [0] + Array(data[0..<32]) + Self.hash(clientData) + inner + key.point), []
                        ),
                        (CBOR.text("x5c"), CBOR.array([CBOR.bytes(maker.certificate)])),
                    ])
                )
            case .other(let format, let statement): (format, statement)
            }
        let object = CBOR.map([
            (CBOR.text("fmt"), CBOR.text(format)), (CBOR.text("attStmt"), attestation),
            (CBOR.text("authData"), CBOR.bytes(data)),
        ])
        return RegistrationResponse(
            id: changes.browserID ?? id, clientData: clientData, attestationObject: object + changes.objectTail,
            transports: ["internal"])
    }

    /// Answers `navigator.credentials.get()`.
    package func assert(
        challenge: [UInt8], userHandle: [UInt8]?, _ changes: Changes = Changes()
    ) -> AuthenticationResponse {
        let clientData = clientData("webauthn.get", challenge, changes)
        let data = authenticatorData(changes.flags ?? flags, [], changes)
        return AuthenticationResponse(
            id: changes.browserID ?? id, clientData: clientData, authenticatorData: data,
            signature: broken(key.sign(data + Self.hash(clientData)), changes), userHandle: userHandle)
    }

    private func clientData(_ type: String, _ challenge: [UInt8], _ changes: Changes) -> [UInt8] {
        if let bytes = changes.clientDataBytes { return bytes }
        var members: [String: JSONValue] = [
            "type": .string(type), "challenge": .string(Base64URL.encode(challenge)), "origin": .string(origin),
            "crossOrigin": false,
        ]
        for (name, value) in changes.clientData { members[name] = value.isNull ? nil : value }
        return JSONValue.object(members).bytes()
    }

    private func authenticatorData(
        _ flags: AuthenticatorData.Flags, _ credential: [UInt8], _ changes: Changes
    ) -> [UInt8] {
        let hash = Self.hash(Array((changes.relyingPartyID ?? relyingPartyID).utf8))
        let counter = (0..<4).map { UInt8(signCount >> (24 - 8 * UInt32($0)) & 255) }
        return hash + [flags.rawValue] + counter + credential + changes.tail
    }

    private func broken(_ signature: [UInt8], _ changes: Changes) -> [UInt8] {
        guard changes.breaksSignature else { return signature }
        var signature = signature
        signature[signature.count - 1] ^= 1
        return signature
    }

    /// SHA-256.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        _ = SHA256(bytes, bytes.count, &digest)
        return digest
    }
}

extension RegistrationResponse {
    /// As a browser's `toJSON()` writes it.
    package var json: JSONValue {
        [
            "id": .string(Base64URL.encode(id)), "rawId": .string(Base64URL.encode(id)), "type": "public-key",
            "authenticatorAttachment": "platform", "clientExtensionResults": ["credProps": ["rk": true]],
            "response": [
                "clientDataJSON": .string(Base64URL.encode(clientData)),
                "attestationObject": .string(Base64URL.encode(attestationObject)), "transports": JSONValue(transports),
            ],
        ]
    }
}

extension AuthenticationResponse {
    /// As a browser's `toJSON()` writes it.
    package var json: JSONValue {
        [
            "id": .string(Base64URL.encode(id)), "rawId": .string(Base64URL.encode(id)), "type": "public-key",
            "clientExtensionResults": [:],
            "response": [
                "clientDataJSON": .string(Base64URL.encode(clientData)),
                "authenticatorData": .string(Base64URL.encode(authenticatorData)),
                "signature": .string(Base64URL.encode(signature)),
                "userHandle": userHandle.map { .string(Base64URL.encode($0)) } ?? .null,
            ],
        ]
    }
}
