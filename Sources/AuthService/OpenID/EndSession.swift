import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// A request to sign out (OpenID Connect RP-Initiated Logout 1.0 §2), judged.
struct EndSession: Sendable {
    /// Its parameters.
    static let names: Set<String> = [
        "id_token_hint", "logout_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales",
    ]

    /// The application that asks, when it is known.
    let application: Application?
    /// The browser session that its ID token came from, when it showed one.
    let browser: UUIDv7?
    /// Where the browser goes afterwards: one of the addresses that the application registered for this, byte by byte.
    let destination: String?
    let state: String?

    /// - Throws: 400 for an address that the application did not register: nobody is sent anywhere.
    init(_ fields: [String: String], parts: AuthParts) async throws {
        // An ID token that is past its time still says whose it was (§2); one that is not ours says nothing.
        let hint = fields["id_token_hint"].flatMap { OwnToken($0, type: IDToken.type, parts) }
        let named = fields["client_id"].flatMap { $0.isEmpty ? nil : $0 }
        if let hint, let named, hint["aud"]?.string != named { throw Problem.foreignDestination }
        let id = (hint?["aud"]?.string ?? named).flatMap { UUIDv7($0) }
        let store = ApplicationStore(database: parts.database, system: parts.system)
        let application: Application? = if let id { try await store.find(id) } else { nil }
        self.application = application
        if let application, let session = hint?["sid"]?.string.flatMap({ UUIDv7($0) }) {
            let rows = try await parts.database.query(
                application.tenantScope, ApplicationSession.origin(of: session, tenant: application.tenant))
            browser = try rows.first?.get("browser", as: UUIDv7?.self)
        } else {
            browser = nil
        }
        if let uri = fields["post_logout_redirect_uri"], !uri.isEmpty {
            guard let application, application.postLogoutRedirectURIs.contains(uri) else {
                throw Problem.foreignDestination
            }
            destination = uri
        } else {
            destination = nil
        }
        let state = fields["state"].flatMap { $0.isEmpty ? nil : $0 }
        guard state?.utf8.count ?? 0 <= AuthorizationParameters.longestValue else { throw Problem.foreignDestination }
        self.state = state
    }
}

extension Problem {
    /// Nobody is sent to an address that is not the application's.
    static let foreignDestination = Problem(
        .badRequest, "foreign-destination", title: "The address is not known",
        detail: "the application did not register the address that it wants you to be sent to")
}
