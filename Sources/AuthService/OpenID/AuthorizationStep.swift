import IdentityCore
import WireFormat

/// What an authorization needs next. Pure.
enum AuthorizationStep: Sendable, Hashable {
    case signIn
    case consent
    case grant
    /// An OAuth error and what it is about.
    case refuse(String, String)

    /// - Parameters:
    ///   - requested: when the application asked. A sign-in since then is fresh enough for `prompt=login`, for every
    ///     `max_age` and for every kind of sign-in that can be had: nobody is sent round in a circle.
    ///   - session: who is signed in with this browser, in whatever organisation.
    ///   - tenant: the application's.
    ///   - agreed: what the member has let the application have before.
    static func next(
        _ parameters: AuthorizationParameters, requested: Instant, session: SessionRecord?, tenant: TenantID,
        agreed: [OpenIDScope], now: Instant
    ) -> AuthorizationStep {
        let isQuiet = parameters.prompts.contains(.none)
        let signIn: AuthorizationStep =
            isQuiet ? .refuse("login_required", "the person has to sign in") : .signIn
        // Nobody can sign in in a way that we do not know.
        if parameters.contexts?.isEmpty == true { return unmet }
        guard let session, session.tenant == tenant else { return signIn }
        let isMet = parameters.contexts?.contains { AssuranceLevel(amr: session.amr) >= $0 } ?? true
        if session.authenticatedAt < requested {
            let age = now.seconds - session.authenticatedAt.seconds
            let isTooOld = parameters.maxAge.map { age > $0 } ?? false
            if parameters.prompts.contains(.login) || isTooOld || !isMet { return signIn }
        }
        guard isMet else { return unmet }
        if parameters.prompts.contains(.consent) || !Set(parameters.scopes).isSubset(of: agreed) {
            return isQuiet ? .refuse("consent_required", "the person has to agree") : .consent
        }
        return .grant
    }

    /// OpenID Connect Core Error Code unmet_authentication_requirements 1.0.
    private static let unmet = AuthorizationStep.refuse(
        "unmet_authentication_requirements", "the sign-in is of none of the kinds that `acr_values` names")
}
