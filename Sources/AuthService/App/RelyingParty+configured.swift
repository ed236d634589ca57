import ServiceKit
import WebAuthn

extension RelyingParty {
    /// What browsers show.
    static let productName = "Bailiwick"

    /// Who asks for passkeys, by the settings; by the issuer where they say nothing. A browser takes no address for a
    /// domain, so that an issuer on `127.0.0.1` becomes `localhost`. Nothing of a request has a say in it.
    static func configured(_ settings: Settings, issuer: String) throws -> RelyingParty {
        let own = issuer.replacing("://127.0.0.1", with: "://localhost")
        let origins = try settings.optional(SettingKey.passkeyOrigins)?
            .split(separator: ",").map { String($0.filter { $0 != " " }) }
        let hosts = (origins ?? [own]).compactMap { host(of: $0) }
        let domain = try settings.optional(SettingKey.passkeyDomain) ?? hosts.first ?? ""
        guard let party = RelyingParty(id: domain, name: productName, origins: Set(origins ?? [own])) else {
            throw AuthService.SettingRefused(
                description: "BAILIWICK_PASSKEY_ORIGINS: must be origins as browsers write them, such as "
                    + "`https://login.example.org`, within the domain of BAILIWICK_PASSKEY_DOMAIN; without them "
                    + "BAILIWICK_ISSUER must be one")
        }
        return party
    }
}
