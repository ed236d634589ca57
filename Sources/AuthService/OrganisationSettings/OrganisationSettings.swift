import ServiceKit
import WireFormat

/// What an organisation demands of its members' sign-ins beyond what holds for all. Each value can only make it stricter.
struct OrganisationSettings: Sendable, Hashable {
    /// Ranges of addresses; an office has a few, a company some dozens.
    static let mostRanges = 64
    /// The longest minimum of a password: a sentence.
    static let longestMinimum = 64
    /// Minutes of a session that an organisation may lower to: shorter ones sign people out while they read.
    static let fewestIdleMinutes = 5
    /// Minutes from sign-in to the end that an organisation may lower to.
    static let fewestAbsoluteMinutes = 15
    /// How far ahead a demand for factors may begin: a quarter, in which everybody finds a key.
    static let longestGrace: Duration = .seconds(92 * 86_400)

    /// Which factors a sign-in has to have used.
    struct Factors: Sendable, Hashable {
        /// A second one, whoever signs in.
        var needsSecond = false
        /// Of members with one of these roles, one that cannot be phished: a passkey.
        var phishingResistantRoles: [Role] = []
        /// From when on; until then people have time to set factors up. Nil: now.
        var enforcedFrom: Instant?
    }

    /// How long sessions last.
    struct Sessions: Sendable, Hashable {
        /// After the last use.
        var idleMinutes = Int(SessionLimits.idle.components.seconds / 60)
        /// After the sign-in.
        var absoluteMinutes = Int(SessionLimits.absolute.components.seconds / 60)

        var idle: Duration { .seconds(60 * idleMinutes) }
        var absolute: Duration { .seconds(60 * absoluteMinutes) }
    }

    var factors = Factors()
    var sessions = Sessions()
    /// Where sign-ins and refreshes come from; empty: from anywhere.
    var addresses: [AddressRange] = []
    /// Characters of a new password, where that is more than all have to have.
    var minimumPasswordLength = PasswordRules.fewestWithFactor
    var signInMethods = SignInMethod.allCases

    /// What holds for an organisation that never said anything.
    static let standard = OrganisationSettings()
}

/// A way to sign in.
enum SignInMethod: String, Sendable, Hashable, CaseIterable {
    /// A password and a code of the authenticator app.
    case password
    /// A password and a recovery code.
    case recoveryCode = "recovery_code"
    case passkey

    /// The one that a session was opened with (RFC 8176 values); nil for what is none of them.
    init?(usedIn amr: [String]) {
        if amr.contains("recovery") {
            self = .recoveryCode
        } else if amr.contains("pwd") {
            self = .password
        } else if amr.contains(where: { ["hwk", "swk"].contains($0) }) {
            self = .passkey
        } else {
            return nil
        }
    }
}

/// The settings of one organisation as they are at present.
struct VersionedSettings: Sendable {
    /// 0 for an organisation that never said anything.
    let version: Int64
    let settings: OrganisationSettings

    /// The tag of this representation.
    var tag: ETag { ETag(version: version) }
}
