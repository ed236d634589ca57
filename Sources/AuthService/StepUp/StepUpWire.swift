import IdentityCore
import ServiceKit
import WebAuthn
import WireFormat

/// `POST /v1/session/step-up`: one second factor, used now.
struct StepUpRequest: WireBody {
    /// The factor. A recovery code stands in for the app.
    enum Factor: Sendable {
        case totp(Redacted<String>)
        case recovery(Redacted<String>)
        case passkey(challenge: Redacted<String>, AuthenticationResponse)
    }

    let factor: Factor
    /// What will do; without it, whatever the factor gives.
    let demand: AuthenticationDemand?

    /// Longer than every level by name.
    private static let longestValues = 256

    init(fields: inout FieldReader) {
        let code: String? = fields.optional("code") { TOTP.isCode($0) ? nil : "must be \(TOTP.digits) digits" }
        let recovery: String? = fields.optional("recovery_code") {
            RecoveryCode($0) == nil ? "must be \(RecoveryCode.symbols) letters and digits from 2 to 7" : nil
        }
        let challenge: String? = fields.optional("challenge")
        let credential = fields.body("credential", AuthenticationResponse.self)
        let values: String? = fields.optional("acr_values") {
            $0.utf8.count <= Self.longestValues && AuthenticationDemand(acrValues: $0) != nil
                ? nil : "names no `acr` value of this issuer"
        }
        demand = values.flatMap { AuthenticationDemand(acrValues: $0) }
        switch (code, recovery, challenge, credential) {
        case (let code?, nil, nil, nil): factor = .totp(Redacted(code))
        case (nil, let recovery?, nil, nil): factor = .recovery(Redacted(recovery))
        case (nil, nil, let challenge?, let credential?): factor = .passkey(challenge: Redacted(challenge), credential)
        default:
            if fields.errors.isEmpty {
                fields.fail("code", "one factor is needed: `code`, `recovery_code`, or `challenge` with `credential`")
            }
            factor = .totp(Redacted(""))
        }
    }
}

/// What `navigator.credentials.get()` is called with to step up: one of the account's own passkeys.
struct BegunPasskeyStepUp: WireEncodable {
    let begun: BegunPasskeySignIn
    let present: [Passkey]

    var wire: JSONValue {
        var wire = begun.wire.object ?? [:]
        var options = wire["public_key"]?.object ?? [:]
        options["allowCredentials"] = .array(present.map(\.descriptor))
        wire["public_key"] = .object(options)
        return .object(wire)
    }
}

/// Raising the assurance of the own session.
enum StepUpRoutes {
    static func routes(_ parts: AuthParts) -> [Route] {
        let commands = StepUpCommands(parts: parts)
        return [
            Route(
                .post, "/v1/session/step-up", access: .signedIn(because: "everybody may prove more than before"),
                body: .json(limit: PasskeyRoutes.bodyLimit)
            ) { call in SignInRoutes.secret(.json(try await commands.stepUp(call.decode(), call.user, call))) },
            Route(
                .post, "/v1/session/step-up/passkey/options",
                access: .signedIn(because: "everybody may prove more than before")
            ) { call in SignInRoutes.secret(.json(try await commands.begin(call.user, call))) },
        ]
    }
}
