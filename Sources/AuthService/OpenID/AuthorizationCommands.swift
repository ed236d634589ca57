import AuditClient
import AuditCore
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// From an application's request to a code: who signs in, who agrees, and what goes back.
struct AuthorizationCommands: Sendable {
    let parts: AuthParts

    private var applications: ApplicationStore { ApplicationStore(database: parts.database, system: parts.system) }

    /// A request that is being answered, and whose it is.
    struct Pending: Sendable {
        /// What pages carry along.
        let token: OpaqueToken
        let request: AuthorizationRequest
        let application: Application
    }

    // MARK: Beginning

    /// Takes in a request that a browser brings.
    ///
    /// - Throws: `AuthorizationRefusal`, 429.
    func begin(_ fields: [String: String], _ call: Call) async throws -> Pending {
        try await admit(call)
        guard let id = fields["client_id"].flatMap({ UUIDv7($0) }), let application = try await applications.find(id)
        else {
            throw AuthorizationRefusal(
                error: "invalid_request", detail: "`client_id` is no application", destination: nil)
        }
        let parameters =
            if let uri = fields["request_uri"] { try await pushed(uri, application) } else {
                try AuthorizationParameters(fields, for: application)
            }
        let (token, request) = try await insert(parameters, application, isPushed: false)
        return Pending(token: token, request: request, application: application)
    }

    /// Takes in a request that the application itself sends (RFC 9126); the answer's `request_uri` stands for it, once.
    ///
    /// - Throws: `AuthorizationRefusal`; nothing of it goes anywhere but into this answer.
    func push(_ fields: [String: String], _ application: Application, _ call: Call) async throws -> String {
        try await admit(call)
        guard fields["request_uri"] == nil else {
            throw AuthorizationRefusal(
                error: "invalid_request", detail: "`request_uri` cannot be pushed", destination: nil)
        }
        let parameters = try AuthorizationParameters(fields, for: application)
        return AuthorizationRequest.uriPrefix + (try await insert(parameters, application, isPushed: true)).0.text
    }

    private func admit(_ call: Call) async throws {
        try await parts.limiter.admit(
            parts.rules.authorizationByAddress, key: call.addressKey, now: parts.now())
    }

    private func insert(
        _ parameters: AuthorizationParameters, _ application: Application, isPushed: Bool
    ) async throws -> (OpaqueToken, AuthorizationRequest) {
        let now = parts.now()
        let token = OpaqueToken.generate(.authorizationRequest, tenant: application.tenant)
        let request = AuthorizationRequest(
            id: .generate(at: now), application: application.id, parameters: parameters, createdAt: now)
        try await parts.database.execute(
            application.tenantScope,
            AuthorizationStore.insert(request, tenant: application.tenant, hash: token.hash, isPushed: isPushed))
        return (token, request)
    }

    private func pushed(_ uri: String, _ application: Application) async throws -> AuthorizationParameters {
        let prefix = AuthorizationRequest.uriPrefix
        guard uri.hasPrefix(prefix),
            let token = OpaqueToken(String(uri.dropFirst(prefix.count)), kind: .authorizationRequest),
            token.tenant == application.tenant,
            let row = try await parts.database.query(
                application.tenantScope,
                AuthorizationStore.takePushed(
                    token.hash, tenant: application.tenant, application: application.id, now: parts.now())
            ).first
        else {
            throw AuthorizationRefusal(
                error: "invalid_request_uri", detail: "the pushed request is unknown, used or expired", destination: nil
            )
        }
        let parameters = try AuthorizationStore.readRequest(row).parameters
        // It was judged when it was pushed; the registration may be another by now.
        guard application.redirectURIs.contains(parameters.redirectURI) else {
            throw AuthorizationRefusal(
                error: "invalid_request", detail: "`redirect_uri` is not registered for this application",
                destination: nil)
        }
        return parameters
    }

    // MARK: Going on

    /// The request that a page carries; nil when it is unknown, answered or late, or its application has ended.
    func pending(_ text: String) async throws -> Pending? {
        guard let token = OpaqueToken(text, kind: .authorizationRequest),
            let row = try await parts.database.query(
                token.tenantScope, AuthorizationStore.request(token.hash, tenant: token.tenant, now: parts.now())
            ).first
        else { return nil }
        let request = try AuthorizationStore.readRequest(row)
        guard let application = try await applications.find(request.application) else { return nil }
        return Pending(token: token, request: request, application: application)
    }

    /// What it needs next.
    func step(_ pending: Pending, _ browser: BrowserSession?) async throws -> AuthorizationStep {
        var agreed: [OpenIDScope] = []
        if let member = browser?.session.member {
            let rows = try await parts.database.query(
                pending.application.tenantScope,
                AuthorizationStore.consent(
                    of: member, to: pending.application.id, tenant: pending.application.tenant))
            agreed = try rows.first.map { OpenIDScope.list(try $0.get("scopes")) } ?? []
        }
        return AuthorizationStep.next(
            pending.request.parameters, requested: pending.request.createdAt, session: browser?.session,
            tenant: pending.application.tenant, agreed: agreed, now: parts.now())
    }

    // MARK: Ending

    /// Gives a code: where the browser goes with it. The sign-in has to be alive when it commits.
    ///
    /// - Parameter agreeing: whether the person has just agreed.
    func grant(
        _ pending: Pending, _ browser: BrowserSession, agreeing: Bool, _ call: Call
    ) async throws -> String {
        let parts = parts
        let application = pending.application
        let token = OpaqueToken.generate(.authorizationCode, tenant: application.tenant)
        try await parts.database.transaction(application.tenantScope) { transaction in
            let now = parts.now()
            let rows = try await transaction.query(
                SessionStore.locked(browser.session.id, tenant: application.tenant))
            let living = try await transaction.query(
                ApplicationStore.shared(application.id, tenant: application.tenant))
            guard try rows.first.map(SessionStore.read)?.isAlive(at: now) == true, !living.isEmpty,
                try await transaction.execute(
                    AuthorizationStore.finish(pending.request.id, tenant: application.tenant, now: now)) == 1
            else { throw Problem.requestOver }
            let parameters = pending.request.parameters
            let code = AuthorizationCode(
                id: .generate(at: now), application: application.id, browser: browser.id, session: browser.session.id,
                redirectURI: parameters.redirectURI, scopes: parameters.scopes, nonce: parameters.nonce,
                challenge: parameters.challenge, expiresAt: now.adding(AuthorizationCode.lifetime), redeemedAt: nil,
                issuedSession: nil)
            let agreement = AuthorizationStore.agree(
                parameters.scopes, member: browser.session.member, application: application.id,
                tenant: application.tenant, now: now)
            _ = try await transaction.pipeline(
                (agreeing ? [agreement] : [])
                    + [
                        AuthorizationStore.insert(code, tenant: application.tenant, hash: token.hash),
                        try parts.outbox.insertion(
                            of: event(
                                pending, browser, agreeing ? "application.consent" : "application.authorize", call)),
                    ])
        }
        return response([("code", token.text)], to: pending.request.parameters.destination)
    }

    /// The person does not agree.
    func deny(_ pending: Pending, _ browser: BrowserSession, _ call: Call) async throws -> String {
        let application = pending.application
        _ = try await parts.database.pipeline(
            application.tenantScope,
            [
                AuthorizationStore.finish(pending.request.id, tenant: application.tenant, now: parts.now()),
                try parts.outbox.insertion(of: event(pending, browser, "application.consent", call, isDenied: true)),
            ])
        return response(
            [("error", "access_denied"), ("error_description", "the person does not agree")],
            to: pending.request.parameters.destination)
    }

    /// It ends without a code: where the browser tells the application so.
    func refuse(_ pending: Pending, _ error: String, _ detail: String) async throws -> String {
        let application = pending.application
        try await parts.database.execute(
            application.tenantScope,
            AuthorizationStore.finish(pending.request.id, tenant: application.tenant, now: parts.now()))
        return response(
            [("error", error), ("error_description", detail)], to: pending.request.parameters.destination)
    }

    /// An authorization response (RFC 6749 §4.1.2) with the issuer in it (RFC 9207), so that no application takes one
    /// server's answer for another's.
    func response(
        _ parameters: [(String, String)], to destination: AuthorizationRefusal.Destination
    ) -> String {
        RedirectURI.adding(
            parameters + (destination.state.map { [("state", $0)] } ?? []) + [("iss", parts.issuer.issuer)],
            to: destination.redirectURI)
    }

    private func event(
        _ pending: Pending, _ browser: BrowserSession, _ action: String, _ call: Call, isDenied: Bool = false
    ) -> AuditEvent {
        AuditEvent(
            call, by: EventActor(kind: .member, id: browser.session.member.text, session: browser.session.id),
            tenant: pending.application.tenant, action: action,
            resource: EventResource(type: "application", id: pending.application.id.text),
            outcome: isDenied ? .denied : .allowed, reason: isDenied ? "not-agreed" : nil,
            metadata: ["scopes": JSONValue(pending.request.parameters.scopes.map(\.rawValue))])
    }
}

extension Problem {
    /// Unknown, answered, late; or the sign-in or the application ended meanwhile.
    static let requestOver = Problem(
        .badRequest, "authorization-over", title: "The request is over",
        detail: "it was answered already or took too long; begin anew from the application")
}
