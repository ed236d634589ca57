import KeyVault
import Postgres
import WireFormat

/// Sets and checks passwords of accounts: the hasher with the vault's pepper.
struct AccountPasswords: Sendable {
    let hasher: PasswordHasher
    let vault: KeyVault
    let system: SystemScope
    let rules: PasswordRules

    /// The stored form of a new password.
    ///
    /// - Throws: `Password.Refusal` when it is too long for bcrypt alone and there is no pepper.
    func hash(_ password: Password) async throws -> String {
        try await hasher.hash(password, pepper: rules.usesPepper ? vault.pepper(scope: system) : nil)
    }

    /// Whether `password` is the one of `stored`: one bcrypt computation in every case. A hash that was keyed is checked
    /// with the pepper, also after that was switched off.
    func verify(_ password: Password?, against stored: String?) async throws -> Bool {
        try await hasher.verify(password, against: stored, pepper: vault.pepper(scope: system))
    }

    /// Whether a hash is to be made anew at the next sign-in: at a lower cost than new ones, or without the pepper that
    /// new ones have.
    func isOutdated(_ stored: String) -> Bool {
        guard let stored = StoredPassword(stored) else { return true }
        // Switching the pepper off takes nobody's away: the password may be too long without.
        return hasher.isOutdated(stored.bcrypt) || (rules.usesPepper && stored.scheme == .plain)
    }

    /// The stored form that replaces an outdated one, of the same scheme or a stronger one.
    func rehash(_ password: Password, from stored: String) async throws -> String {
        let isPeppered = rules.usesPepper || StoredPassword(stored)?.scheme == .peppered
        return try await hasher.hash(password, pepper: isPeppered ? vault.pepper(scope: system) : nil)
    }
}
