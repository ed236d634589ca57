/// What an authenticator says of a new credential (§6.5.4).
struct AttestationObject: Sendable {
    /// The statement's format, as it was written.
    let format: String
    /// The statement.
    let statement: CBORValue
    /// The statement's bytes.
    let rawStatement: [UInt8]
    /// What the statement is about.
    let authenticatorData: AuthenticatorData

    init(_ bytes: [UInt8]) throws(WebAuthnError) {
        var reader = CBORReader(bytes)
        let members: [String: (value: CBORValue, raw: [UInt8])]
        do {
            members = try reader.members()
        } catch {
            throw WebAuthnError(.attestationObject, error.description)
        }
        guard reader.position == bytes.count else { throw WebAuthnError(.attestationObject, "bytes follow it") }
        guard members.count == 3, let format = members["fmt"]?.value.text, let statement = members["attStmt"],
            case .map = statement.value, let data = members["authData"]?.value.bytes
        else { throw WebAuthnError(.attestationObject, "`fmt`, `attStmt` and `authData` are needed, and nothing else") }
        self.format = format
        self.statement = statement.value
        rawStatement = statement.raw
        authenticatorData = try AuthenticatorData(data)
    }
}

/// What an attestation amounts to (§6.5.3).
package enum AttestationKind: String, Sendable, Hashable, CaseIterable {
    /// Nothing is said of the authenticator.
    case none
    /// Signed by the new key itself: it shows possession, not a model.
    case own = "self"
    /// Signed by a certificate of the authenticator's maker. Whether that maker is to be trusted is not judged here.
    case certified
}
