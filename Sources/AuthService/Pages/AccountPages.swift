import ServiceKit
import WireFormat

/// Where somebody is signed in, and the way out.
struct AccountPages: Sendable {
    static let signOutPath = "/sign-out"

    let parts: AuthParts
    let answers: PageAnswers

    private var browsers: BrowserSessionCommands { BrowserSessionCommands(parts: parts) }

    var routes: [Route] {
        [
            Route(.get, SignInPages.accountPath, access: .open(because: "the cookie stands in for a token")) { call in
                try await answers.answer(call) { try await account(call) }
            },
            Route(
                .get, Self.signOutPath, access: .open(because: "an application may send anybody here"),
                query: EndSession.names
            ) { call in
                try await answers.answer(call) {
                    try await ask(EndSession.names.reduce(into: [:]) { $0[$1] = call.query.string($1) }, call)
                }
            },
            Route(
                .post, Self.signOutPath, access: .open(because: "the cookie stands in for a token"),
                body: .form(limit: SignInRoutes.bodyLimit)
            ) { call in try await answers.answer(call) { try await signOut(call) } },
            Route(
                .get, "/assets/{name}", access: .open(because: "pages are for everybody, and so is their style")
            ) { call in
                guard let asset = answers.templates.assets[try call.parameter("name")] else { throw Problem.notFound() }
                return Reply(
                    status: .ok, headers: [.contentType: asset.type, .cacheControl: "public, max-age=300"],
                    body: asset.bytes)
            },
        ]
    }

    func account(_ call: Call) async throws -> Reply {
        guard let browser = try await browsers.present(call) else {
            return PageTemplates.redirect(to: SignInPages.path)
        }
        let session = browser.session
        let organisations = OrganisationStore(database: parts.database, system: parts.system)
        let memberships = try await parts.accounts.memberships(of: session.account)
        let named = try await organisations.named(memberships.map(\.tenant))
        let others: [[String: any Sendable]] = named.filter { TenantID($0.id) != session.tenant }
            .map { ["id": $0.id.text, "name": $0.name] }
        let own = named.first { TenantID($0.id) == session.tenant }?.name ?? ""
        return answers.templates.reply(
            Page(
                template: .account, title: "Your account",
                fields: ["organisation": own, "others": others, "has-others": !others.isEmpty]))
    }

    // MARK: Signing out

    /// An application asks (OpenID Connect RP-Initiated Logout 1.0 §2). It is done at once when the application shows an
    /// ID token of this very browser's sign-in; otherwise the person is asked.
    func ask(_ fields: [String: String], _ call: Call) async throws -> Reply {
        let request = try await EndSession(fields, parts: parts)
        guard let browser = try await browsers.present(call) else { return signedOut(request, clearing: false) }
        if request.browser == browser.id {
            try await browsers.end(browser, call)
            return signedOut(request, clearing: true)
        }
        var page: [String: any Sendable] = [:]
        if let application = request.application {
            page["application"] = application.name
            page["client"] = application.id.text
        }
        if let destination = request.destination {
            page["destination"] = destination
            page["state"] = request.state ?? ""
        }
        return answers.templates.reply(
            Page(
                template: .signOut, title: "Sign out?", fields: page,
                formTarget: request.destination.map(RedirectURI.policySource)))
    }

    /// The person says so.
    func signOut(_ call: Call) async throws -> Reply {
        let request = try await EndSession(call.form(allowed: EndSession.names), parts: parts)
        if let browser = try await browsers.present(call) { try await browsers.end(browser, call) }
        return signedOut(request, clearing: true)
    }

    private func signedOut(_ request: EndSession, clearing: Bool) -> Reply {
        var reply =
            request.destination.map { destination in
                PageTemplates.redirect(
                    to: RedirectURI.adding(request.state.map { [("state", $0)] } ?? [], to: destination))
            }
            ?? answers.templates.reply(
                Page(
                    template: .message, title: "You are signed out",
                    fields: ["link": SignInPages.path, "link-text": "Sign in again"]))
        if clearing { reply.headers[.setCookie] = BrowserCookie.removal }
        return reply
    }
}
