import Postgres
import ServiceKit
import WireFormat

/// Which counts a try of a password or a code goes to: the device's own, when the account knows the device, otherwise
/// the account's count of strangers. So nobody outside locks a member out of a device that he uses.
struct SignInLimits: Sendable {
    let parts: AuthParts

    /// Counts a password of an address, which may have no account: such are counted alike.
    func admitPassword(device: KnownDevice?, index: [UInt8], now: Instant) async throws {
        if let device {
            try await parts.limiter.admit(parts.rules.signInByDevice, key: device.id.bytes, now: now)
        } else {
            try await parts.limiter.admit(parts.rules.signInByAccount, key: index, now: now)
        }
    }

    /// Counts a stranger's password against the organisations that it may open.
    ///
    /// - Returns: false when one is over its limit that the request did not name. Its answer is then the usual one: a
    ///   429 would tell that the address has an account, and where.
    /// - Throws: 429 when the named organisation is over its limit, account or not.
    func admitsPassword(
        device: KnownDevice?, named: TenantID?, memberships: [Membership], now: Instant
    ) async throws -> Bool {
        guard device == nil else { return true }
        let rule = parts.rules.signInByOrganisation
        if let named {
            try await parts.limiter.admit(rule, key: Array(named.text.utf8), now: now)
            return true
        }
        var isOpen = true
        for membership in memberships {
            let isAdmitted = try await parts.limiter.admits(rule, key: Array(membership.tenant.text.utf8), now: now)
            isOpen = isOpen && isAdmitted
        }
        return isOpen
    }

    /// Counts a code of an account whose password was right.
    func admitCode(device: KnownDevice?, account: UUIDv7, now: Instant) async throws {
        if let device {
            try await parts.limiter.admit(parts.rules.codeByDevice, key: device.id.bytes, now: now)
        } else {
            try await parts.limiter.admit(parts.rules.codeByAccount, key: account.bytes, now: now)
        }
    }
}
