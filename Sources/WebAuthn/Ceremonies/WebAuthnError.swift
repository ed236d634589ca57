/// Why a ceremony failed. The code is for logs, trails and tests; callers get one answer for most.
package struct WebAuthnError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure. A struct, so that another kind breaks no caller.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        /// A stable word.
        package let description: String

        private init(_ description: String) { self.description = description }

        /// `clientDataJSON` is not UTF-8 JSON with the members that it must have.
        package static let clientData = Code("client-data")
        /// `type` belongs to another ceremony.
        package static let type = Code("type")
        /// The challenge is not the one that was given.
        package static let challenge = Code("challenge")
        /// The page was of another origin.
        package static let origin = Code("origin")
        /// The page stood in a frame of another origin.
        package static let crossOrigin = Code("cross-origin")
        /// A token binding is claimed, which our connections do not have.
        package static let tokenBinding = Code("token-binding")
        /// The attestation object is not the CBOR that it must be.
        package static let attestationObject = Code("attestation-object")
        /// The authenticator data is cut short, too long, or lacks what the ceremony needs.
        package static let authenticatorData = Code("authenticator-data")
        /// The credential is for another relying party.
        package static let relyingParty = Code("relying-party")
        /// Nobody touched the authenticator.
        package static let userPresence = Code("user-presence")
        /// The authenticator did not verify its user.
        package static let userVerification = Code("user-verification")
        /// The backup flags contradict one another or what was registered.
        package static let backupFlags = Code("backup-flags")
        /// The key is of an algorithm that was not offered, or is no such key.
        package static let algorithm = Code("algorithm")
        /// An extension that nobody asked for changes what the signature means.
        package static let extensions = Code("extensions")
        /// The attestation format is not one of ours.
        package static let attestationFormat = Code("attestation-format")
        /// The attestation statement does not verify.
        package static let attestationStatement = Code("attestation-statement")
        /// The attestation is good, but of a kind that the policy does not take.
        package static let attestationTrust = Code("attestation-trust")
        /// The credential's id is empty, too long, or not the one in the authenticator data.
        package static let credentialID = Code("credential-id")
        /// The credential is not one of those that were asked for.
        package static let notAllowed = Code("not-allowed")
        /// The user handle is missing or another account's.
        package static let userHandle = Code("user-handle")
        /// The signature does not verify.
        package static let signature = Code("signature")
        /// The signature counter did not grow: two authenticators may hold one key.
        package static let signCount = Code("sign-count")
    }

    /// What went wrong.
    package let code: Code
    /// A lower-case clause; never what was received.
    package let detail: String

    init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    package var description: String { "\(code): \(detail)" }
}
