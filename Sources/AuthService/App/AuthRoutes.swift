import PolicyClient
import ServiceKit

/// Every route of the service, in one place for the wiring and for the tests that enumerate them.
struct AuthRoutes: Sendable {
    let parts: AuthParts
    let policy: PolicyClient
    let feed: RevocationFeed
    let cursors: CursorCodec
    let resets: PasswordResetQueue
    let templates: PageTemplates

    private var members: MemberRoutes {
        let enforcement = MemberEnforcement(parts: parts, policy: policy)
        return MemberRoutes(
            parts: parts, enforcement: enforcement,
            queries: MemberQueries(parts: parts, enforcement: enforcement, cursors: cursors))
    }
    private var settings: OrganisationSettingsRoutes {
        OrganisationSettingsRoutes(
            organisations: organisations, enforcement: MemberEnforcement(parts: parts, policy: policy), cursors: cursors
        )
    }
    private var organisations: OrganisationRoutes { OrganisationRoutes(parts: parts, policy: policy) }
    private var tokens: TokenRoutes { TokenRoutes(parts: parts) }

    private var pages: [Route] {
        let answers = PageAnswers(templates: templates, parts)
        return SignInPages(parts: parts, answers: answers).routes + AccountPages(parts: parts, answers: answers).routes
            + AuthorizationPages(parts: parts, answers: answers).routes
            + LinkPageRoutes(parts: parts, answers: answers).routes
    }
    private var applications: ApplicationRoutes {
        ApplicationRoutes(parts: parts, policy: policy, cursors: cursors)
    }

    /// For people and other companies' programs.
    var publicRoutes: [Route] { capabilities.map { $0.wrapped(RateLimitNote.showing) } }

    private var capabilities: [Route] {
        SignInRoutes.routes(SignInCommands(parts: parts)) + tokens.routes
            + PasswordResetRoutes.routes(resets) + InvitationRoutes.routes(InvitationCommands(parts: parts))
            + members.routes + organisations.routes + settings.routes
            + StepUpRoutes.routes(parts) + SessionRoutes.routes(SessionQueries(parts: parts, cursors: cursors))
            + PasskeyRoutes(parts: parts).routes + RecoveryCodeRoutes.routes(parts) + TOTPRoutes.routes(parts)
            + pages + OpenIDRoutes(parts: parts).routes + applications.routes
    }

    /// For our other services and the operator.
    var internalRoutes: [Route] {
        tokens.internalRoutes + RevocationRoutes(feed: feed).internalRoutes + members.internalRoutes
            + organisations.internalRoutes + PasswordPepperRoutes.internalRoutes(parts)
    }
}
