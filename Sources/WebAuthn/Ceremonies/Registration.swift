/// One registration as the relying party checks it: WebAuthn Level 2 §7.1, whose steps are named below. Pure: that the
/// challenge is fresh, unused and of this session, and that the credential is nobody's yet, is the caller's to see to.
package struct Registration: Sendable {
    /// Who asked.
    package let relyingParty: RelyingParty
    /// What was given to the browser.
    package let challenge: [UInt8]
    /// The algorithms that were offered.
    package let algorithms: Set<COSEAlgorithm>
    /// The kinds of attestation that are taken.
    package let attestations: Set<AttestationKind>

    /// A registration with user verification, which a passkey that stands for two factors needs.
    package init(
        relyingParty: RelyingParty, challenge: [UInt8], algorithms: Set<COSEAlgorithm> = Set(COSEAlgorithm.allCases),
        attestations: Set<AttestationKind> = Set(AttestationKind.allCases)
    ) {
        self.relyingParty = relyingParty
        self.challenge = challenge
        self.algorithms = algorithms
        self.attestations = attestations
    }

    /// What is kept of a credential.
    package struct Credential: Sendable, Hashable {
        /// Unique among all credentials of the relying party.
        package let id: [UInt8]
        /// The key.
        package let key: CredentialPublicKey
        /// Where the counter stands.
        package let signCount: UInt32
        /// The authenticator's model.
        package let aaguid: [UInt8]
        /// Whether it may be copied to other devices; never changes.
        package let isBackupEligible: Bool
        /// Whether it is, at present.
        package let isBackedUp: Bool
        /// What the attestation amounts to.
        package let attestation: AttestationKind
    }

    /// Checks a response. Steps 1 to 4 are the browser's, and the shape of what it sends.
    package func verify(_ response: RegistrationResponse) throws(WebAuthnError) -> Credential {
        // Steps 5 to 10.
        try ClientData(response.clientData).judge(type: "webauthn.create", challenge: challenge, relyingParty)
        // Step 11 is libfido2's, which hashes the client data as it stands.
        // Step 12.
        let object = try AttestationObject(response.attestationObject)
        let data = object.authenticatorData
        // Steps 13 to 15, and L3's of the backup flags.
        try data.judge(relyingParty)
        guard let credential = data.credential else {
            throw WebAuthnError(.authenticatorData, "it attests no credential")
        }
        guard credential.id == response.id else {
            throw WebAuthnError(.credentialID, "the browser and the authenticator name different credentials")
        }
        // Step 16.
        guard algorithms.contains(credential.key.algorithm) else {
            throw WebAuthnError(.algorithm, "the key's algorithm was not offered")
        }
        // Step 17: nothing was asked for; what authenticators add of themselves is not used.
        // Steps 18 and 19.
        let kind = try AttestationStatement(object, credential, relyingParty, clientData: response.clientData).verify()
        // Steps 20, 21 and 24.
        guard attestations.contains(kind) else {
            throw WebAuthnError(.attestationTrust, "`\(kind.rawValue)` attestation is not taken")
        }
        return Credential(
            id: credential.id, key: credential.key, signCount: data.signCount, aaguid: credential.aaguid,
            isBackupEligible: data.flags.contains(.backupEligible), isBackedUp: data.flags.contains(.backedUp),
            attestation: kind)
    }
}

extension AuthenticatorData {
    /// What both ceremonies ask of it.
    func judge(_ relyingParty: RelyingParty) throws(WebAuthnError) {
        guard relyingPartyHash == SHA256Digest.of(Array(relyingParty.id.utf8)) else {
            throw WebAuthnError(.relyingParty, "it is for another relying party")
        }
        guard flags.contains(.userPresent) else {
            throw WebAuthnError(.userPresence, "nobody touched the authenticator")
        }
        guard flags.contains(.userVerified) else {
            throw WebAuthnError(.userVerification, "the authenticator did not verify its user")
        }
        guard flags.contains(.backupEligible) || !flags.contains(.backedUp) else {
            throw WebAuthnError(.backupFlags, "it says to be backed up and not to be eligible")
        }
    }
}
