import IdentityCore
import WireFormat

/// Why an authorization cannot go on.
struct AuthorizationRefusal: Error, Sendable, Hashable {
    /// Where the application hears of it; nil when that address is not known to be the application's.
    struct Destination: Sendable, Hashable {
        let redirectURI: String
        let state: String?
    }

    /// RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6.
    let error: String
    /// For developers; printable ASCII.
    let detail: String
    let destination: Destination?
}

/// What an application asks for, judged (RFC 6749 §4.1.1, RFC 7636, OpenID Connect Core §3.1.2.1). Pure.
struct AuthorizationParameters: Sendable, Hashable {
    /// How the person is to be asked.
    enum Prompt: String, Sendable, CaseIterable {
        /// Not at all.
        case none
        /// To sign in again.
        case login
        /// To agree again.
        case consent
    }

    /// Every parameter of a request that means something to us or that we refuse by name.
    static let names: Set<String> = [
        "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge",
        "code_challenge_method", "prompt", "max_age", "acr_values", "request", "request_uri", "registration",
        "response_mode", "login_hint", "id_token_hint", "display", "ui_locales", "claims_locales", "claims", "resource",
        "authorization_details", "dpop_jkt",
    ]
    /// Longer values of `state`, `nonce` and the like fit no redirect; applications have some 40 bytes.
    static let longestValue = 512
    /// Fifty days, so that no arithmetic overflows; a sign-in is over after twelve hours anyway.
    private static let longestAge: Int64 = 4_320_000

    let redirectURI: String
    let scopes: [OpenIDScope]
    let state: String?
    let nonce: String?
    let challenge: CodeChallenge
    let prompts: Set<Prompt>
    /// Seconds since the sign-in that are too many.
    let maxAge: Int64?
    /// The kinds of sign-in of which one will do; nil when any does.
    let contexts: [AssuranceLevel]?
    /// Whom the application thinks it is; put into the field, nothing else.
    let loginHint: String?

    /// Judges a request for `application`. Until the redirect address is known to be the application's, nothing is sent
    /// there.
    init(_ fields: [String: String], for application: Application) throws(AuthorizationRefusal) {
        func refusal(_ error: String, _ detail: String, to place: AuthorizationRefusal.Destination?)
            -> AuthorizationRefusal
        {
            AuthorizationRefusal(error: error, detail: detail, destination: place)
        }
        guard let redirectURI = fields["redirect_uri"] else {
            throw refusal("invalid_request", "`redirect_uri` is needed", to: nil)
        }
        guard application.redirectURIs.contains(redirectURI) else {
            throw refusal("invalid_request", "`redirect_uri` is not registered for this application", to: nil)
        }
        let state = fields["state"]
        guard state?.utf8.count ?? 0 <= Self.longestValue else {
            let place = AuthorizationRefusal.Destination(redirectURI: redirectURI, state: nil)
            throw refusal("invalid_request", "`state` is too long", to: place)
        }
        let place = AuthorizationRefusal.Destination(redirectURI: redirectURI, state: state)
        for (name, error) in [
            ("request", "request_not_supported"), ("registration", "registration_not_supported"),
            ("authorization_details", "invalid_authorization_details"),
        ] where fields[name] != nil { throw refusal(error, "`\(name)` is not supported", to: place) }
        guard let type = fields["response_type"] else {
            throw refusal("invalid_request", "`response_type` is needed", to: place)
        }
        guard type == "code" else { throw refusal("unsupported_response_type", "only `code`", to: place) }
        guard ["query", nil].contains(fields["response_mode"]) else {
            throw refusal("invalid_request", "`response_mode` is `query`", to: place)
        }
        guard let text = fields["code_challenge"], fields["code_challenge_method"] == CodeChallenge.method,
            let challenge = CodeChallenge(text)
        else {
            throw refusal(
                "invalid_request", "`code_challenge` with `code_challenge_method=S256` is needed (RFC 7636)", to: place)
        }
        let scopes = OpenIDScope.known(in: fields["scope"] ?? "").filter(application.scopes.contains)
        guard !scopes.isEmpty else {
            throw refusal("invalid_scope", "none of the scopes is open to this application", to: place)
        }
        let words = (fields["prompt"] ?? "").split(separator: " ").map(String.init)
        let prompts = Set(words.compactMap(Prompt.init(rawValue:)))
        guard prompts.count == words.count, prompts.count < 2 || !prompts.contains(.none) else {
            throw refusal("invalid_request", "`prompt` is `none`, or some of `login` and `consent`", to: place)
        }
        var maxAge: Int64?
        if let text = fields["max_age"] {
            guard text.utf8.count <= 7, let age = Int64(text), String(age) == text,
                (0...Self.longestAge).contains(age)
            else { throw refusal("invalid_request", "`max_age` is a number of seconds", to: place) }
            maxAge = age
        }
        for name in ["nonce", "login_hint", "acr_values"] where fields[name]?.utf8.count ?? 0 > Self.longestValue {
            throw refusal("invalid_request", "`\(name)` is too long", to: place)
        }
        self.redirectURI = redirectURI
        self.scopes = scopes
        self.state = state
        nonce = fields["nonce"]
        self.challenge = challenge
        self.prompts = prompts
        self.maxAge = maxAge
        contexts = fields["acr_values"].map { text in
            text.split(separator: " ").compactMap { AssuranceLevel(acr: String($0)) }
        }
        loginHint = fields["login_hint"]
    }

    /// Where the application hears of what comes of it.
    var destination: AuthorizationRefusal.Destination { .init(redirectURI: redirectURI, state: state) }
}

extension AuthorizationParameters {
    /// As they are stored; ``init(stored:)`` reads it.
    var stored: JSONValue {
        [
            "redirect_uri": .string(redirectURI), "scopes": JSONValue(scopes.map(\.rawValue)),
            "state": JSONValue(state), "nonce": JSONValue(nonce), "code_challenge": .string(challenge.text),
            "prompts": JSONValue(prompts.map(\.rawValue).sorted()), "max_age": maxAge.map(JSONValue.integer) ?? .null,
            "contexts": contexts.map { JSONValue($0.map(\.acr)) } ?? .null, "login_hint": JSONValue(loginHint),
        ]
    }

    /// Nil for what ``stored`` has not written.
    init?(stored: JSONValue) {
        func texts(_ name: String) -> [String]? { stored[name]?.array?.compactMap(\.string) }
        guard let redirectURI = stored["redirect_uri"]?.string, let scopes = texts("scopes"),
            let challenge = stored["code_challenge"]?.string.flatMap({ CodeChallenge($0) }),
            let prompts = texts("prompts")
        else { return nil }
        self.redirectURI = redirectURI
        self.scopes = OpenIDScope.list(scopes)
        state = stored["state"]?.string
        nonce = stored["nonce"]?.string
        self.challenge = challenge
        self.prompts = Set(prompts.compactMap(Prompt.init(rawValue:)))
        maxAge = stored["max_age"]?.integer
        contexts = texts("contexts")?.compactMap(AssuranceLevel.init(acr:))
        loginHint = stored["login_hint"]?.string
    }
}
