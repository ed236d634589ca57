public import WireFormat

/// The Ed25519 key with which an installation signs the checkpoints of all its logs, as it stands in its file. Each log
/// signs under its own name (``LogOrigin``).
public struct CheckpointKey: Sendable {
    /// The installation's name, the first part of every ``LogOrigin``.
    public let installation: String
    /// The key's public half.
    public let trust: CheckpointTrust
    private let privateKey: Redacted<[UInt8]>

    private init(installation: String, privateKey: [UInt8]) throws(NoteError) {
        let name = try LogOrigin(installation: installation, tenant: .system).description
        let signer = try NoteSigner(name: name, privateKey: privateKey)
        self.installation = installation
        self.privateKey = Redacted(privateKey)
        trust = try CheckpointTrust(installation: installation, publicKeys: [signer.verifier.publicKey])
    }

    /// A new key for the installation of this name.
    public static func generate(name: String) throws(NoteError) -> CheckpointKey {
        try CheckpointKey(installation: name, privateKey: NoteSigner.newPrivateKey())
    }

    /// Reads a private file: `{"installation": "…", "private_key": "base64url"}`.
    public init(privateFile: [UInt8]) throws(NoteError) {
        let members = try CheckpointTrust.members(privateFile, ["installation", "private_key"])
        guard let installation = members["installation"]?.string,
            let key = members["private_key"]?.string.flatMap({ Base64URL.decode($0) })
        else { throw NoteError(.invalidKey, "`installation` and `private_key` must be texts, the key in base64url") }
        try self.init(installation: installation, privateKey: key)
    }

    /// The private file, to be written with mode 0600.
    public var privateFile: Redacted<[UInt8]> {
        let file: JSONValue = [
            "installation": .string(installation), "private_key": .string(Base64URL.encode(privateKey.reveal())),
        ]
        return Redacted(file.bytes() + [0x0A])
    }

    /// The public file, for those who verify; see ``CheckpointTrust``.
    public var publicFile: [UInt8] { trust.publicFile }

    /// Signs the checkpoints of a tenant's log.
    public func signer(for tenant: TenantID) throws(NoteError) -> NoteSigner {
        try NoteSigner(name: origin(of: tenant).description, privateKey: privateKey.reveal())
    }

    /// The name of a tenant's log.
    public func origin(of tenant: TenantID) throws(NoteError) -> LogOrigin {
        try LogOrigin(installation: installation, tenant: tenant)
    }
}

/// The keys whose checkpoints a verifier believes: the present one, and older ones after a rotation.
public struct CheckpointTrust: Sendable, Hashable {
    /// The installation's name.
    public let installation: String
    /// The public keys, 32 bytes each.
    public let publicKeys: [[UInt8]]

    /// Trusts these keys.
    public init(installation: String, publicKeys: [[UInt8]]) throws(NoteError) {
        guard !publicKeys.isEmpty else { throw NoteError(.invalidKey, "there is no public key") }
        self.installation = installation
        self.publicKeys = publicKeys
        _ = try verifiers(for: .system)
    }

    /// Reads a public file: `{"installation": "…", "public_keys": ["base64url", …]}`.
    public init(publicFile: [UInt8]) throws(NoteError) {
        let members = try Self.members(publicFile, ["installation", "public_keys"])
        let keys = (members["public_keys"]?.array ?? []).map { $0.string.flatMap { Base64URL.decode($0) } }
        guard let installation = members["installation"]?.string, !keys.contains(nil) else {
            throw NoteError(.invalidKey, "`public_keys` must be an array of keys in base64url")
        }
        try self.init(installation: installation, publicKeys: keys.compactMap { $0 })
    }

    /// The public file.
    public var publicFile: [UInt8] {
        let file: JSONValue = [
            "installation": .string(installation), "public_keys": JSONValue(publicKeys.map { Base64URL.encode($0) }),
        ]
        return file.bytes() + [0x0A]
    }

    /// The keys under the name of a tenant's log.
    public func verifiers(for tenant: TenantID) throws(NoteError) -> [NoteVerifier] {
        var verifiers: [NoteVerifier] = []
        let name = try LogOrigin(installation: installation, tenant: tenant).description
        for key in publicKeys { verifiers.append(try NoteVerifier(name: name, publicKey: key)) }
        return verifiers
    }

    /// The checkpoint that a note holds, if it is of the tenant's log and signed by a trusted key.
    public func verify(_ note: String, of tenant: TenantID) throws(NoteError) -> Checkpoint {
        try Checkpoint.verify(
            note, origin: LogOrigin(installation: installation, tenant: tenant), trusted: verifiers(for: tenant))
    }

    static func members(_ file: [UInt8], _ names: Set<String>) throws(NoteError) -> [String: JSONValue] {
        guard let members = (try? JSONValue.parse(file))?.object, Set(members.keys) == names else {
            throw NoteError(
                .invalidKey, "the key file must be a JSON object of \(names.sorted().joined(separator: ", "))")
        }
        return members
    }
}
