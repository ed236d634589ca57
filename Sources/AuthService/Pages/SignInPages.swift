import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// The pages of a sign-in. They call the same commands as the JSON interface, with the same answers and the same limits.
struct SignInPages: Sendable {
    static let path = "/sign-in"
    static let codePath = "/sign-in/code"
    static let passkeyPath = "/sign-in/passkey"
    /// Where the browser is sent when nobody else waits for it.
    static let accountPath = "/account"

    let parts: AuthParts
    let answers: PageAnswers
    let signIn: SignInCommands

    private var browsers: BrowserSessionCommands { BrowserSessionCommands(parts: parts) }
    private var authorizations: AuthorizationCommands { AuthorizationCommands(parts: parts) }

    init(parts: AuthParts, answers: PageAnswers) {
        self.parts = parts
        self.answers = answers
        signIn = SignInCommands(parts: parts)
    }

    var routes: [Route] {
        [
            Route(
                .get, Self.path, access: .open(because: "whoever signs in has no session yet"),
                query: ["request", "organisation"]
            ) { call in try await answers.answer(call) { try await form(call) } },
            Route(
                .post, Self.path, access: .open(because: "whoever signs in has no session yet"),
                body: .form(limit: SignInRoutes.bodyLimit), timeLimit: SignInRoutes.timeLimit
            ) { call in try await answers.answer(call) { try await password(call) } },
            Route(
                .post, Self.codePath, access: .open(because: "the challenge stands in for a session"),
                body: .form(limit: SignInRoutes.bodyLimit)
            ) { call in try await answers.answer(call) { try await code(call) } },
            Route(
                .post, Self.passkeyPath, access: .open(because: "the passkey stands in for a session"),
                body: .form(limit: PasskeyRoutes.bodyLimit)
            ) { call in try await answers.answer(call) { try await passkey(call) } },
        ]
    }

    /// What a sign-in is for.
    private struct Purpose: Sendable {
        /// The application that waits.
        let pending: AuthorizationCommands.Pending?
        /// The organisation: the application's, or the one that was chosen.
        let organisation: String?

        var fields: [String: any Sendable] {
            var fields: [String: any Sendable] = [:]
            if let pending {
                fields["request"] = pending.token.text
                fields["application"] = pending.application.name
                fields["email"] = pending.request.parameters.loginHint ?? ""
            }
            if let organisation { fields["organisation"] = organisation }
            return fields
        }

        var formTarget: String? {
            pending.map { RedirectURI.policySource(of: $0.request.parameters.redirectURI) }
        }
    }

    // MARK: Steps

    func form(_ call: Call) async throws -> Reply {
        let purpose = try await purpose(call.query.string("request"), call.query.string("organisation"))
        return page(purpose)
    }

    func password(_ call: Call) async throws -> Reply {
        let form = try call.form(allowed: ["email", "password", "organisation", "request"])
        let purpose = try await purpose(form["request"], form["organisation"])
        let email = form["email"] ?? ""
        var body: [String: JSONValue] = ["email": .string(email), "password": .string(form["password"] ?? "")]
        if let organisation = purpose.organisation { body["organisation"] = .string(organisation) }
        do {
            let challenge = try await signIn.begin(Self.decode(.object(body)), call)
            return try await codePage(challenge.token, purpose)
        } catch let problem as Problem {
            return page(purpose, problem, email: email)
        }
    }

    /// A code of the app, or a recovery code: nobody has to say which.
    func code(_ call: Call) async throws -> Reply {
        let form = try call.form(allowed: ["challenge", "code", "organisation", "request"])
        let purpose = try await purpose(form["request"], form["organisation"])
        let challenge = form["challenge"] ?? ""
        let typed = (form["code"] ?? "").filter { $0 != " " }
        var body: [String: JSONValue] = ["challenge": .string(challenge)]
        if let organisation = purpose.organisation { body["organisation"] = .string(organisation) }
        let former = try await browsers.present(call)
        do {
            let tokens: IssuedTokens
            if TOTP.isCode(typed) {
                body["code"] = .string(typed)
                tokens = try await signIn.complete(Self.decode(.object(body)), call)
            } else {
                body["recovery_code"] = .string(typed)
                tokens = try await signIn.recover(Self.decode(.object(body)), call)
            }
            return try await signedIn(tokens, purpose, former, call)
        } catch let problem as Problem {
            // A challenge that takes no more codes begins anew.
            guard problem != .invalidChallenge, let token = OpaqueToken(challenge, kind: .challenge) else {
                return page(purpose, problem)
            }
            return try await codePage(token, purpose, problem)
        }
    }

    func passkey(_ call: Call) async throws -> Reply {
        let form = try call.form(allowed: ["challenge", "credential", "request"])
        let purpose = try await purpose(form["request"], nil)
        guard let credential = try? JSONValue.parse(Array((form["credential"] ?? "").utf8)) else {
            throw Problem.malformedBody("`credential` is not JSON", pointer: "/credential")
        }
        let body: JSONValue = ["challenge": .string(form["challenge"] ?? ""), "credential": credential]
        let former = try await browsers.present(call)
        do {
            let tokens = try await PasskeySignIn(parts: parts).complete(Self.decode(body), call)
            return try await signedIn(tokens, purpose, former, call)
        } catch let problem as Problem {
            guard let ids = problem.members["organisations"]?.array?.compactMap({ $0.string.flatMap { TenantID($0) } })
            else { return page(purpose, problem) }
            return answers.templates.reply(
                Page(
                    template: .organisations, title: "Choose an organisation", status: problem.status,
                    fields: ["organisations": try await names(of: ids)]))
        }
    }

    // MARK: What follows

    /// The cookie of a new browser session, and the way on.
    private func signedIn(
        _ tokens: IssuedTokens, _ purpose: Purpose, _ former: BrowserSession?, _ call: Call
    ) async throws -> Reply {
        guard let session = tokens.session else { throw Problem.internalError }
        let cookie = try await browsers.begin(session, replacing: former, call)
        let next =
            purpose.pending.map { RedirectURI.adding([("request", $0.token.text)], to: AuthorizationPages.resumePath) }
            ?? Self.accountPath
        var reply = PageTemplates.redirect(to: next)
        reply.headers.append(HTTPField(name: .setCookie, value: BrowserCookie.header(cookie)))
        if let device = tokens.newDevice {
            reply.headers.append(HTTPField(name: .setCookie, value: DeviceCookie.header(device)))
        }
        return reply
    }

    private func page(_ purpose: Purpose, _ problem: Problem? = nil, email: String? = nil) -> Reply {
        var fields = purpose.fields
        if let email { fields["email"] = email }
        return answers.templates.reply(
            Page(
                template: .signIn, title: "Sign in", status: problem?.status ?? .ok,
                alert: problem.map(PageAnswers.text), fields: fields, formTarget: purpose.formTarget,
                headers: problem?.headers ?? [:]))
    }

    private func codePage(
        _ challenge: OpaqueToken, _ purpose: Purpose, _ problem: Problem? = nil
    ) async throws -> Reply {
        var fields = purpose.fields
        fields["challenge"] = challenge.text
        let choices = try await choices(challenge)
        fields["has-organisations"] = choices.count > 1
        fields["organisations"] = choices
        return answers.templates.reply(
            Page(
                template: .code, title: "Second factor", status: problem?.status ?? .ok,
                alert: problem.map(PageAnswers.text), fields: fields, formTarget: purpose.formTarget,
                headers: problem?.headers ?? [:]))
    }

    private func purpose(_ request: String?, _ organisation: String?) async throws -> Purpose {
        guard let request else { return Purpose(pending: nil, organisation: organisation) }
        guard let pending = try await authorizations.pending(request) else { throw Problem.requestOver }
        // An application belongs to one organisation, so that nobody chooses.
        return Purpose(pending: pending, organisation: pending.application.tenant.text)
    }

    /// The organisations that a challenge without one leaves open; its password was right.
    private func choices(_ challenge: OpaqueToken) async throws -> [[String: any Sendable]] {
        let rows = try await parts.database.query(
            parts.system,
            """
            SELECT o.id, o.name FROM sign_in_challenge c
            JOIN membership m ON m.account = c.account
            JOIN organisation o ON o.id::text = m.tenant
            WHERE c.token_hash = \(challenge.hash) AND c.organisation IS NULL AND c.consumed_at IS NULL
                AND c.expires_at > \(parts.now())
            ORDER BY o.name, o.id
            """)
        return try rows.map {
            ["id": try $0.get("id", as: UUIDv7.self).text, "name": try $0.get("name", as: String.self)]
        }
    }

    private func names(of tenants: [TenantID]) async throws -> [[String: any Sendable]] {
        try await OrganisationStore(database: parts.database, system: parts.system).named(tenants)
            .map { ["id": $0.id.text, "name": $0.name] }
    }

    /// What the JSON interface would read.
    private static func decode<Body: WireBody>(_ value: JSONValue) throws(Problem) -> Body {
        do {
            return try Body.decode(from: value)
        } catch {
            throw .invalidFields(error.errors)
        }
    }
}
