import ServiceKit
import WebAuthn
import WireFormat

/// `POST /v1/passkeys`.
struct RegisterPasskeyRequest: WireBody {
    /// The token of the registration that was begun.
    let registration: Redacted<String>
    /// What its owner calls it.
    let name: String
    let credential: RegistrationResponse

    init(fields: inout FieldReader) {
        registration = Redacted(fields.required("registration"))
        name = fields.required("name") { name in
            let isVisible = name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
            return (1...Passkey.longestName).contains(name.unicodeScalars.count) && isVisible
                ? nil : "must have 1 to \(Passkey.longestName) visible characters"
        }
        if let credential = fields.body("credential", RegistrationResponse.self) {
            self.credential = credential
        } else {
            fields.fail("credential", "is required")
            credential = RegistrationResponse(id: [], clientData: [], attestationObject: [])
        }
    }
}

/// `POST /v1/sign-in/passkey/options`.
struct PasskeySignInRequest: WireBody {
    /// Which organisation, when the account belongs to several.
    let organisation: UUIDv7?

    init(fields: inout FieldReader) {
        organisation = fields.optional("organisation")
    }
}

/// `POST /v1/sign-in/passkey`.
struct CompletePasskeySignIn: WireBody {
    let challenge: Redacted<String>
    let credential: AuthenticationResponse

    init(fields: inout FieldReader) {
        challenge = Redacted(fields.required("challenge"))
        if let credential = fields.body("credential", AuthenticationResponse.self) {
            self.credential = credential
        } else {
            fields.fail("credential", "is required")
            credential = AuthenticationResponse(
                id: [], clientData: [], authenticatorData: [], signature: [], userHandle: nil)
        }
    }
}

/// What `navigator.credentials.create()` is called with, after `parseCreationOptionsFromJSON()`.
struct BegunRegistration: WireEncodable {
    let token: OpaqueToken
    let expires: Instant
    let relyingParty: RelyingParty
    let challenge: [UInt8]
    let account: UUIDv7
    let email: EmailAddress
    /// A device that is registered already is not offered.
    let present: [Passkey]

    var wire: JSONValue {
        let algorithms = COSEAlgorithm.allCases.map { algorithm -> JSONValue in
            ["type": "public-key", "alg": .integer(algorithm.rawValue)]
        }
        let name = JSONValue.string(email.reveal())
        return [
            "registration": .string(token.text), "expires_at": expires.wire,
            "public_key": [
                "rp": ["id": .string(relyingParty.id), "name": .string(relyingParty.name)],
                "user": [
                    "id": .string(Base64URL.encode(Passkey.userHandle(of: account))), "name": name,
                    "displayName": name,
                ],
                "challenge": .string(Base64URL.encode(challenge)), "pubKeyCredParams": .array(algorithms),
                "timeout": .integer(PasskeyStore.challengeLifetime.components.seconds * 1000),
                "excludeCredentials": .array(present.map(\.descriptor)),
                "authenticatorSelection": [
                    "residentKey": "required", "requireResidentKey": true, "userVerification": "required",
                ],
                "attestation": "none",
            ],
        ]
    }
}

/// What `navigator.credentials.get()` is called with, after `parseRequestOptionsFromJSON()`.
struct BegunPasskeySignIn: WireEncodable {
    let token: OpaqueToken
    let expires: Instant
    let relyingParty: RelyingParty
    let challenge: [UInt8]

    var wire: JSONValue {
        [
            "challenge": .string(token.text), "expires_at": expires.wire,
            "public_key": [
                "challenge": .string(Base64URL.encode(challenge)), "rpId": .string(relyingParty.id),
                "timeout": .integer(PasskeyStore.challengeLifetime.components.seconds * 1000),
                "userVerification": "required", "allowCredentials": [],
            ],
        ]
    }
}

extension Passkey: WireEncodable {
    /// As a browser names it.
    var descriptor: JSONValue {
        [
            "type": "public-key", "id": .string(Base64URL.encode(credentialID)), "transports": JSONValue(transports),
        ]
    }

    var wire: JSONValue {
        [
            "id": id.wire, "name": .string(name), "created_at": createdAt.wire, "last_used_at": lastUsedAt.wire,
            "is_synced": .bool(isBackedUp), "is_device_bound": .bool(!isBackupEligible),
        ]
    }
}

extension Problem {
    /// Whatever is wrong with a passkey at a sign-in: one answer. The trail has the reason.
    static let invalidPasskey = Problem(
        .unauthorized, "invalid-passkey", title: "The passkey is not accepted",
        detail: "it is unknown, or its answer does not verify; begin the sign-in anew")

    /// A registration that is unknown, used, expired or of another session.
    static let invalidRegistration = Problem.conflict(
        "invalid-registration", detail: "the registration is unknown, used, expired or of another session; begin anew")

    /// What the authenticator said is not acceptable. The code helps whoever integrates; nothing of it is secret.
    static func refusedCredential(_ error: WebAuthnError) -> Problem {
        Problem(
            .unprocessableContent, "credential-refused", title: "The credential is not accepted",
            detail: "\(error.code): \(error.detail)",
            errors: [FieldError(pointer: "/credential", detail: "\(error.code): \(error.detail)")])
    }

    static let passkeyKnown = Problem.conflict("passkey-known", detail: "the credential is registered already")

    static let tooManyPasskeys = Problem.conflict(
        "too-many-passkeys", detail: "an account has at most \(Passkey.mostOfAnAccount) passkeys; remove one first")
}
