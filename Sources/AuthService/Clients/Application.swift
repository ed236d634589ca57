import ServiceKit
import WireFormat

/// A program that people of one organisation sign in to: an OpenID Connect relying party.
struct Application: Sendable {
    /// Redirect addresses of one application: a few machines and environments.
    static let mostURIs = 10

    /// How it proves itself at the token endpoint (RFC 7591 §2).
    enum Authentication: String, Sendable, CaseIterable {
        /// A public client, which can keep no secret: an app, a page. PKCE alone ties a code to it.
        case none
        case secretBasic = "client_secret_basic"  // pragma: allowlist secret
        case privateKeyJWT = "private_key_jwt"  // pragma: allowlist secret
    }

    let id: UUIDv7
    let tenant: TenantID
    let name: String
    let redirectURIs: [String]
    let postLogoutRedirectURIs: [String]
    /// What it may ask for.
    let scopes: [OpenIDScope]
    let authentication: Authentication
    let secretHash: [UInt8]?
    let keys: ClientKeySet?
    let createdAt: Instant
    let endedAt: Instant?
}

extension Application: WireEncodable {
    var wire: JSONValue {
        [
            "id": id.wire, "name": .string(name), "redirect_uris": JSONValue(redirectURIs),
            "post_logout_redirect_uris": JSONValue(postLogoutRedirectURIs),
            "scopes": JSONValue(scopes.map(\.rawValue)), "authentication": .string(authentication.rawValue),
            "created_at": createdAt.wire, "ended_at": endedAt?.wire ?? .null,
        ]
    }
}

/// `POST /v1/applications`.
struct ApplicationRequest: WireBody {
    let name: String
    let redirectURIs: [String]
    let postLogoutRedirectURIs: [String]
    let scopes: [OpenIDScope]
    let authentication: Application.Authentication
    let keys: ClientKeySet?

    init(fields: inout FieldReader) {
        name = fields.required("name", check: OrganisationRequest.nameComplaint)
        redirectURIs = fields.required("redirect_uris") { Self.complaint($0, least: 1) }
        postLogoutRedirectURIs =
            fields.optional("post_logout_redirect_uris", [String].self) { Self.complaint($0, least: 0) } ?? []
        let names = fields.required("scopes", [String].self) { names in
            let known = OpenIDScope.allCases.map(\.rawValue)
            return !names.isEmpty && Set(names).count == names.count && names.allSatisfy(known.contains)
                ? nil : "must be some of `\(known.joined(separator: "`, `"))`, each once"
        }
        scopes = OpenIDScope.list(names)
        let method = fields.required("authentication", String.self) { text in
            Application.Authentication(rawValue: text) == nil
                ? "must be `none`, `client_secret_basic` or `private_key_jwt`" : nil
        }
        authentication = Application.Authentication(rawValue: method) ?? .none
        keys = fields.optional("jwks")
        if (authentication == .privateKeyJWT) != (keys != nil) {
            fields.fail("jwks", "goes with `private_key_jwt`, and only with it")
        }
    }

    private static func complaint(_ uris: [String], least: Int) -> String? {
        guard (least...Application.mostURIs).contains(uris.count), Set(uris).count == uris.count else {
            return "must be \(least) to \(Application.mostURIs) addresses, each once"
        }
        return uris.lazy.compactMap(RedirectURI.complaint).first
    }
}

/// A registered application as whoever registered it gets it: the secret is there once.
struct RegisteredApplication: WireEncodable {
    let application: Application
    let secret: OpaqueToken?

    var wire: JSONValue {
        var members = application.wire.object ?? [:]
        if let secret { members["client_secret"] = .string(secret.text) }
        return .object(members)
    }
}
