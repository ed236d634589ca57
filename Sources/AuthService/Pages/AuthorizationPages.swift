import ServiceKit
import WireFormat

/// What a browser sees of an authorization: the endpoint itself, and the page that asks for agreement.
struct AuthorizationPages: Sendable {
    static let resumePath = "/authorize/resume"
    static let consentPath = "/consent"

    let parts: AuthParts
    let answers: PageAnswers

    private var browsers: BrowserSessionCommands { BrowserSessionCommands(parts: parts) }
    private var commands: AuthorizationCommands { AuthorizationCommands(parts: parts) }

    private static let because: StaticString = "an application sends anybody's browser here"

    var routes: [Route] {
        [
            Route(
                .get, OpenIDRoutes.authorizationPath, access: .open(because: Self.because),
                query: AuthorizationParameters.names
            ) { call in
                try await answers.answer(call) {
                    try await begin(
                        AuthorizationParameters.names.reduce(into: [:]) { $0[$1] = call.query.string($1) }, call)
                }
            },
            // An application may send its request as a form (OpenID Connect Core §3.1.2.1). It only stores the request
            // and so needs no guard; the browser, which brings no cookie along from another site, is sent on by GET.
            Route(
                .post, OpenIDRoutes.authorizationPath, access: .open(because: Self.because),
                body: .form(limit: OpenIDRoutes.bodyLimit)
            ) { call in try await beginByForm(call) },
            Route(.get, Self.resumePath, access: .open(because: Self.because), query: ["request"]) { call in
                try await answers.answer(call) { try await resume(call) }
            },
            Route(
                .post, Self.consentPath, access: .open(because: "the cookie stands in for a token"),
                body: .form(limit: SignInRoutes.bodyLimit)
            ) { call in try await answers.answer(call) { try await consent(call) } },
        ]
    }

    // MARK: Steps

    func begin(_ fields: [String: String], _ call: Call) async throws -> Reply {
        do {
            return try await goOn(commands.begin(fields, call), call)
        } catch let refusal as AuthorizationRefusal {
            return refused(refusal)
        }
    }

    func beginByForm(_ call: Call) async throws -> Reply {
        do {
            let pending = try await commands.begin(call.form(allowed: AuthorizationParameters.names), call)
            return PageTemplates.redirect(
                to: RedirectURI.adding([("request", pending.token.text)], to: Self.resumePath))
        } catch let refusal as AuthorizationRefusal {
            return refused(refusal)
        } catch let problem as Problem {
            return answers.failure(problem)
        }
    }

    func resume(_ call: Call) async throws -> Reply {
        guard let pending = try await commands.pending(call.query.required("request")) else {
            throw Problem.requestOver
        }
        return try await goOn(pending, call)
    }

    /// What the person decides. Everything is judged anew: the sign-in may have ended, or be another one, since the page
    /// was shown.
    func consent(_ call: Call) async throws -> Reply {
        let form = try call.form(allowed: ["request", "decision"])
        guard let pending = try await commands.pending(form["request"] ?? "") else { throw Problem.requestOver }
        let browser = try await browsers.present(call)
        switch (try await commands.step(pending, browser), browser, form["decision"]) {
        case (.consent, .some(let browser), "allow"), (.grant, .some(let browser), "allow"):
            return PageTemplates.redirect(to: try await commands.grant(pending, browser, agreeing: true, call))
        case (.consent, .some(let browser), "deny"), (.grant, .some(let browser), "deny"):
            return PageTemplates.redirect(to: try await commands.deny(pending, browser, call))
        case (.signIn, _, _): return signIn(pending)
        case (.refuse(let error, let detail), _, _):
            return PageTemplates.redirect(to: try await commands.refuse(pending, error, detail))
        default: throw Problem.invalidField("/decision", "must be `allow` or `deny`")
        }
    }

    private func goOn(_ pending: AuthorizationCommands.Pending, _ call: Call) async throws -> Reply {
        let browser = try await browsers.present(call)
        switch (try await commands.step(pending, browser), browser) {
        case (.grant, .some(let browser)):
            return PageTemplates.redirect(to: try await commands.grant(pending, browser, agreeing: false, call))
        case (.consent, .some): return try await consentPage(pending)
        case (.refuse(let error, let detail), _):
            return PageTemplates.redirect(to: try await commands.refuse(pending, error, detail))
        default: return signIn(pending)
        }
    }

    private func signIn(_ pending: AuthorizationCommands.Pending) -> Reply {
        PageTemplates.redirect(to: RedirectURI.adding([("request", pending.token.text)], to: SignInPages.path))
    }

    private func consentPage(_ pending: AuthorizationCommands.Pending) async throws -> Reply {
        let organisations = OrganisationStore(database: parts.database, system: parts.system)
        let parameters = pending.request.parameters
        let place = RedirectURI.policySource(of: parameters.redirectURI)
        return answers.templates.reply(
            Page(
                template: .consent, title: "Allow access?",
                fields: [
                    "request": pending.token.text, "application": pending.application.name, "destination": place,
                    "scopes": parameters.scopes.map(\.summary),
                    "organisation": try await organisations.find(pending.application.tenant)?.name ?? "",
                ], formTarget: place))
    }

    /// To the application when its address is known, else to the person.
    private func refused(_ refusal: AuthorizationRefusal) -> Reply {
        guard let destination = refusal.destination else {
            return answers.templates.reply(
                Page(
                    template: .message, title: "The application's request is not accepted", status: .badRequest,
                    alert: "\(refusal.error): \(refusal.detail)."))
        }
        return PageTemplates.redirect(
            to: commands.response(
                [("error", refusal.error), ("error_description", refusal.detail)], to: destination))
    }
}
