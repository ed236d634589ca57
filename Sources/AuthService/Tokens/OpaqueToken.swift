import Crypto
import KeyVault
import WireFormat

/// A secret that its bearer presents once: `KIND.TENANT.SECRET`. It carries its tenant (`system` before one is known),
/// so that a store finds it inside that tenant alone; only its hash is stored.
struct OpaqueToken: Sendable, CustomStringConvertible {
    /// What a token is for; a token of one kind never passes for another.
    enum Kind: String, Sendable, CaseIterable {
        case challenge = "bwc"
        case refresh = "bwr"
        case invitation = "bwi"
        case enrolment = "bwe"
        case device = "bwd"
        case passkey = "bwp"
        case totp = "bwt"
        case reset = "bws"
        case browser = "bwb"
        case authorizationRequest = "bwq"
        case authorizationCode = "bwa"
        case applicationSecret = "bwk"  // pragma: allowlist secret
    }

    /// 256 bits: nobody guesses one, so that an unsalted, quick hash is enough for storage.
    static let secretBytes = 32
    /// A bound for what is parsed at all.
    static let longest = 128

    let kind: Kind
    /// Where it lives; `system` for what comes before a tenant.
    let tenant: TenantID
    private let secret: Redacted<[UInt8]>

    /// A fresh one.
    static func generate(_ kind: Kind, tenant: TenantID = .system) -> OpaqueToken {
        let secret = SymmetricKey(size: SymmetricKeySize(bitCount: secretBytes * 8)).withUnsafeBytes { Array($0) }
        return OpaqueToken(kind: kind, tenant: tenant, secret: Redacted(secret))
    }

    /// The one that follows it: the same one however often it is asked for.
    func successor(_ succession: TokenSuccession) -> OpaqueToken {
        OpaqueToken(kind: kind, tenant: tenant, secret: Redacted(succession.successor(of: Array(text.utf8))))
    }

    private init(kind: Kind, tenant: TenantID, secret: Redacted<[UInt8]>) {
        self.kind = kind
        self.tenant = tenant
        self.secret = secret
    }

    /// Reads a token of one kind; nil for anything that could not have been made by ``generate(_:tenant:)``.
    init?(_ text: String, kind: Kind) {
        guard text.utf8.count <= Self.longest else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == kind.rawValue, let tenant = TenantID(String(parts[1])),
            let secret = Base64URL.decode(parts[2]), secret.count == Self.secretBytes
        else { return nil }
        self.init(kind: kind, tenant: tenant, secret: Redacted(secret))
    }

    /// What its bearer gets, once.
    var text: String { "\(kind.rawValue).\(tenant.text).\(Base64URL.encode(secret.reveal()))" }

    /// What is stored in its place.
    var hash: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }

    var description: String { "\(kind.rawValue).\(tenant.text).‹redacted›" }
}
