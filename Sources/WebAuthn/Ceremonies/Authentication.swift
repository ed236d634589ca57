/// One sign-in as the relying party checks it: WebAuthn Level 2 §7.2, whose steps are named below. Pure: that the
/// challenge is fresh and unused, and the look-up of the credential (step 7), are the caller's.
package struct Authentication: Sendable {
    /// Who asked.
    package let relyingParty: RelyingParty
    /// What was given to the browser.
    package let challenge: [UInt8]
    /// The credentials that were asked for; nil when any discoverable one would do.
    package let allowed: [[UInt8]]?
    /// Whose credential it has to be, when that was known before.
    package let expectedUser: [UInt8]?

    /// A sign-in with user verification.
    package init(
        relyingParty: RelyingParty, challenge: [UInt8], allowed: [[UInt8]]? = nil, expectedUser: [UInt8]? = nil
    ) {
        self.relyingParty = relyingParty
        self.challenge = challenge
        self.allowed = allowed
        self.expectedUser = expectedUser
    }

    /// A credential as it is known.
    package struct Known: Sendable, Hashable {
        /// Its id.
        package let id: [UInt8]
        /// Whose it is.
        package let userHandle: [UInt8]
        /// The key.
        package let key: CredentialPublicKey
        /// The counter of its last use.
        package let signCount: UInt32
        /// As it was registered.
        package let isBackupEligible: Bool

        /// A credential from its stored parts.
        package init(
            id: [UInt8], userHandle: [UInt8], key: CredentialPublicKey, signCount: UInt32, isBackupEligible: Bool
        ) {
            self.id = id
            self.userHandle = userHandle
            self.key = key
            self.signCount = signCount
            self.isBackupEligible = isBackupEligible
        }
    }

    /// What is kept of a use.
    package struct Use: Sendable, Hashable {
        /// The counter, which the next one has to pass.
        package let signCount: UInt32
        /// Whether the credential is on other devices too, at present.
        package let isBackedUp: Bool
    }

    /// Checks a response of `credential`. Steps 1 to 4 are the browser's, and the shape of what it sends.
    ///
    /// - Throws: ``WebAuthnError/Code/signCount`` last, when all else is right.
    package func verify(_ response: AuthenticationResponse, of credential: Known) throws(WebAuthnError) -> Use {
        // Step 5.
        if let allowed, !allowed.contains(response.id) {
            throw WebAuthnError(.notAllowed, "it is not one of those that were asked for")
        }
        // Step 6: who it is was known before, or the handle says so.
        if let expectedUser {
            guard credential.userHandle == expectedUser,
                response.userHandle == nil || response.userHandle == expectedUser
            else { throw WebAuthnError(.userHandle, "it is another account's") }
        } else {
            guard response.userHandle == credential.userHandle else {
                throw WebAuthnError(.userHandle, "it is missing or another account's")
            }
        }
        // Step 7.
        guard response.id == credential.id else {
            throw WebAuthnError(.credentialID, "the credential is another one")
        }
        // Steps 8 to 14.
        try ClientData(response.clientData).judge(type: "webauthn.get", challenge: challenge, relyingParty)
        // Steps 15 to 17, and L3's of the backup flags.
        let data = try AuthenticatorData(response.authenticatorData)
        try data.judge(relyingParty)
        guard data.credential == nil else {
            throw WebAuthnError(.authenticatorData, "an assertion attests no credential")
        }
        guard data.flags.contains(.backupEligible) == credential.isBackupEligible else {
            throw WebAuthnError(.backupFlags, "eligibility is not as it was registered")
        }
        // Step 18: nothing was asked for.
        guard data.extensions == nil else {
            throw WebAuthnError(.extensions, "an extension was used that nobody asked for")
        }
        // Steps 19 and 20.
        try FIDOLibrary.verifyAssertion(
            relyingParty: relyingParty.id, data: data, clientData: response.clientData,
            signature: response.signature, key: credential.key)
        // Step 21.
        if data.signCount != 0 || credential.signCount != 0, data.signCount <= credential.signCount {
            throw WebAuthnError(.signCount, "it did not grow: two authenticators may hold one key")
        }
        return Use(signCount: data.signCount, isBackedUp: data.flags.contains(.backedUp))
    }
}
