import IdentityClient
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// Who would be locked out by settings that nobody has made yet: of each active member whether any way to sign in that the
/// account has now would be let in, once the demands are enforced.
struct SettingsSimulation: Sendable {
    /// Members looked at with one statement.
    static let batch = 500
    /// Members that an answer names; it counts all.
    static let mostNamed = 200

    let parts: AuthParts

    /// A member as the simulation sees him.
    struct WaysIn: Sendable {
        var roles: [Role]
        var hasPassword: Bool
        var hasTOTP: Bool
        var hasPasskey: Bool
        var hasRecoveryCode: Bool
        /// Nil for somebody who never signed in.
        var lastAddress: String?

        /// Each way that the account has, as a session would say it.
        var methods: [[String]] {
            var methods: [[String]] = []
            if hasPasskey { methods.append(["hwk", "user", "mfa"]) }
            if hasPassword, hasTOTP { methods.append(["pwd", "otp", "mfa"]) }
            if hasPassword, hasRecoveryCode { methods.append(SignInCommands.recoveryMethods) }
            return methods
        }

        /// What stands between the member and a sign-in; empty when one way is open. The way that is nearest counts.
        func lockedOutBy(_ settings: OrganisationSettings, at now: Instant) -> [SettingsDemand] {
            var open = settings
            if lastAddress == nil { open.addresses = [] }
            let refusals = methods.map { amr in
                SettingsDemand.unmet(by: .init(amr: amr, roles: roles, address: lastAddress ?? ""), open, at: now)
            }
            return refusals.min { $0.count < $1.count } ?? [.method]
        }
    }

    /// What came of it.
    struct Report: Sendable, WireEncodable {
        var checked = 0
        var lockedOut = 0
        var members: [JSONValue] = []

        var wire: JSONValue {
            [
                "checked": checked.wire, "locked_out": lockedOut.wire, "members": .array(members),
                "is_complete": .bool(lockedOut == members.count),
            ]
        }
    }

    /// - Parameter gate: of which members the caller may see the address.
    func run(_ settings: OrganisationSettings, _ scope: TenantScope, gate: MemberGate) async throws -> Report {
        var report = Report()
        // After every grace: whoever has nothing to show then is the one to talk to.
        let enforced = max(parts.now(), settings.factors.enforcedFrom ?? parts.now())
        var position: UUIDv7?
        repeat {
            let rows = try await parts.database.query(
                scope,
                OrganisationSettingsStore.waysIn(scope.tenant, after: position, limit: Self.batch, gate: gate))
            for row in rows {
                report.checked += 1
                let unmet = try Self.waysIn(row).lockedOutBy(settings, at: enforced)
                guard !unmet.isEmpty else { continue }
                report.lockedOut += 1
                guard report.members.count < Self.mostNamed else { continue }
                report.members.append(try await member(row, unmet, scope))
            }
            position = rows.count == Self.batch ? try rows.last?.get("id") : nil
        } while position != nil
        return report
    }

    private static func waysIn(_ row: Row) throws -> WaysIn {
        guard let roles = Role.list(try row.get("roles")) else { throw DamagedRow(table: "member") }
        return WaysIn(
            roles: roles, hasPassword: try row.get("has_password"), hasTOTP: try row.get("has_totp"),
            hasPasskey: try row.get("has_passkey"), hasRecoveryCode: try row.get("has_recovery"),
            lastAddress: try row.get("last_address"))
    }

    private func member(_ row: Row, _ unmet: [SettingsDemand], _ scope: TenantScope) async throws -> JSONValue {
        let id: UUIDv7 = try row.get("id")
        var email: String?
        if try row.get("shows_contact", as: Bool.self) {
            email = try await parts.secrets.openMemberEmail(row.get("email"), member: id, scope).reveal()
        }
        return [
            "id": id.wire, "email": JSONValue(email), "roles": JSONValue(try row.get("roles", as: [String].self)),
            "reasons": JSONValue(unmet.map(\.rawValue)),
        ]
    }
}
