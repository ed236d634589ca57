/// Steps 18 and 19 of a registration: which format a statement has, and whether it verifies. The certificates' chains are
/// not followed to a root: which makers an organisation trusts is not known here.
struct AttestationStatement {
    private let object: AttestationObject
    private let credential: AuthenticatorData.AttestedCredential
    private let relyingParty: RelyingParty
    private let clientData: [UInt8]

    init(
        _ object: AttestationObject, _ credential: AuthenticatorData.AttestedCredential, _ relyingParty: RelyingParty,
        clientData: [UInt8]
    ) {
        self.object = object
        self.credential = credential
        self.relyingParty = relyingParty
        self.clientData = clientData
    }

    /// What it amounts to. Formats are compared octet by octet.
    func verify() throws(WebAuthnError) -> AttestationKind {
        switch object.format {
        case "none": return try verifyNone()
        case "packed": return try verifyPacked()
        case "fido-u2f": return try verifyU2F()
        default:
            throw WebAuthnError(.attestationFormat, "only `none`, `packed` and `fido-u2f` are taken")
        }
    }

    /// §8.7: an empty map.
    private func verifyNone() throws(WebAuthnError) -> AttestationKind {
        guard object.statement == .map([:]) else { throw wrong("`none` has an empty statement") }
        return .none
    }

    /// §8.2.
    private func verifyPacked() throws(WebAuthnError) -> AttestationKind {
        guard let number = object.statement["alg"]?.integer, let algorithm = COSEAlgorithm(rawValue: number),
            object.statement["sig"]?.bytes != nil
        else { throw wrong("`alg` and `sig` are needed") }
        guard let chain = try certificates() else {
            guard algorithm == credential.key.algorithm else { throw wrong("`alg` is not that of the key") }
            try verifySignature(isOwn: true)
            return .own
        }
        try AttestationCertificate(der: chain[0]).judgePacked(aaguid: credential.aaguid)
        try verifySignature(isOwn: false)
        return .certified
    }

    /// §8.6.
    private func verifyU2F() throws(WebAuthnError) -> AttestationKind {
        guard object.statement["sig"]?.bytes != nil, let chain = try certificates(), chain.count == 1 else {
            throw wrong("`sig` and exactly one certificate are needed")
        }
        guard credential.key.algorithm == .es256 else { throw wrong("the key must be on P-256") }
        try AttestationCertificate(der: chain[0]).judgeU2F()
        try verifySignature(isOwn: false)
        return .certified
    }

    private func certificates() throws(WebAuthnError) -> [[UInt8]]? {
        guard let x5c = object.statement["x5c"] else { return nil }
        guard let chain = x5c.array?.compactMap(\.bytes), !chain.isEmpty, chain.count == x5c.array?.count else {
            throw wrong("`x5c` must be certificates")
        }
        return chain
    }

    private func verifySignature(isOwn: Bool) throws(WebAuthnError) {
        try FIDOLibrary.verifyAttestation(
            format: object.format, statement: object.rawStatement, isOwn: isOwn, relyingParty: relyingParty.id,
            data: object.authenticatorData, clientData: clientData, algorithm: credential.key.algorithm)
    }

    private func wrong(_ detail: String) -> WebAuthnError { WebAuthnError(.attestationStatement, detail) }
}
