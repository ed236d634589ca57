import WireFormat

/// What the browser says of the ceremony (`clientDataJSON`, §5.8.1); the signature covers its hash.
struct ClientData: Sendable {
    /// A challenge, an origin and a few words; browsers may add members.
    static let limits = JSONLimits(bytes: 8 << 10, depth: 8)

    let type: String
    let challenge: [UInt8]
    let origin: String
    let isCrossOrigin: Bool
    /// `tokenBinding.status`; nil when the browser does not know token binding.
    let tokenBinding: String?

    /// Reads `bytes`, which must be UTF-8 JSON with the members that the specification demands.
    init(_ bytes: [UInt8]) throws(WebAuthnError) {
        let value: JSONValue
        do {
            value = try JSONValue.parse(bytes, limits: Self.limits)
        } catch {
            throw WebAuthnError(.clientData, error.description)
        }
        guard let type = value["type"]?.string, let origin = value["origin"]?.string,
            let challenge = value["challenge"]?.string.flatMap({ Base64URL.decode($0) })
        else { throw WebAuthnError(.clientData, "`type`, `challenge` and `origin` are needed") }
        self.type = type
        self.origin = origin
        self.challenge = challenge
        switch value["crossOrigin"] {
        case nil, .bool(false)?: isCrossOrigin = false
        case .bool(true)?: isCrossOrigin = true
        default: throw WebAuthnError(.clientData, "`crossOrigin` must be true or false")
        }
        switch value["tokenBinding"] {
        case nil: tokenBinding = nil
        case let binding?:
            guard let status = binding["status"]?.string else {
                throw WebAuthnError(.clientData, "`tokenBinding` must have a `status`")
            }
            tokenBinding = status
        }
    }

    /// The steps that both ceremonies share: type, challenge, origin, frame, token binding.
    func judge(type: String, challenge: [UInt8], _ relyingParty: RelyingParty) throws(WebAuthnError) {
        guard self.type == type else { throw WebAuthnError(.type, "it belongs to another ceremony") }
        guard ConstantTime.equal(self.challenge, challenge) else {
            throw WebAuthnError(.challenge, "it is not the one that was given")
        }
        guard relyingParty.origins.contains(origin) else {
            throw WebAuthnError(.origin, "it is not one of the relying party's")
        }
        guard !isCrossOrigin else { throw WebAuthnError(.crossOrigin, "the page stood in another origin's frame") }
        // Browsers gave token binding up; our connections never have one, so that `present` is never true of them.
        guard tokenBinding == nil || tokenBinding == "supported" else {
            throw WebAuthnError(.tokenBinding, "the connection has none")
        }
    }
}
