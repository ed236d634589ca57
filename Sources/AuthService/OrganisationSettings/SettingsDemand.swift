import ServiceKit
import WireFormat

/// What settings say of one sign-in: of the factors that were *used* in it, not of those that the account has. Pure.
enum SettingsDemand: String, Sendable, Hashable, CaseIterable {
    case address = "address-not-allowed"
    case method = "sign-in-method-not-allowed"
    case secondFactor = "second-factor-required"
    case phishingResistant = "phishing-resistant-factor-required"

    /// A sign-in as settings look at it.
    struct Use: Sendable {
        /// What was used (RFC 8176).
        let amr: [String]
        let roles: [Role]
        /// Empty when the connection has none, such as that of a Unix socket; it is then in no range.
        let address: String
    }

    /// What a new session does not meet; empty when it may be opened.
    static func unmet(by use: Use, _ settings: OrganisationSettings, at now: Instant) -> [SettingsDemand] {
        var unmet = unmetByRenewal(use, settings, at: now)
        let method = SignInMethod(usedIn: use.amr)
        let isAllowed = method.map(settings.signInMethods.contains) ?? (settings.signInMethods == SignInMethod.allCases)
        if !isAllowed { unmet.append(.method) }
        return unmet
    }

    /// What a living session does not meet any more: settings, roles and addresses change while it lives.
    static func unmetByRenewal(_ use: Use, _ settings: OrganisationSettings, at now: Instant) -> [SettingsDemand] {
        var unmet: [SettingsDemand] = []
        if !settings.addresses.isEmpty, !settings.addresses.contains(where: { $0.contains(use.address) }) {
            unmet.append(.address)
        }
        guard settings.factors.enforcedFrom.map({ $0 <= now }) ?? true else { return unmet }
        if settings.factors.needsSecond, !use.amr.contains("mfa") { unmet.append(.secondFactor) }
        let isResistant = use.amr.contains { ["hwk", "swk"].contains($0) }
        if !isResistant, use.roles.contains(where: settings.factors.phishingResistantRoles.contains) {
            unmet.append(.phishingResistant)
        }
        return unmet
    }

    /// What the person is told, who has proved all factors that the sign-in asked for.
    var problem: Problem { .forbidden(rawValue, detail: detail) }

    /// In one sentence.
    var detail: String {
        switch self {
        case .address: "the organisation does not allow sign-ins from this address"
        case .method: "the organisation does not allow this way of signing in"
        case .secondFactor: "the organisation demands a second factor"
        case .phishingResistant: "the organisation demands a passkey of members with this role"
        }
    }

    /// Where in the settings the demand stands.
    var pointer: String {
        switch self {
        case .address: "/addresses"
        case .method: "/sign_in_methods"
        case .secondFactor: "/factors/second_factor"
        case .phishingResistant: "/factors/phishing_resistant_roles"
        }
    }
}
