import KeyVault
import Postgres
import WireFormat

/// Sets and checks passwords of accounts: the hasher with the vault's peppers.
struct AccountPasswords: Sendable {
    let hasher: PasswordHasher
    let peppers: PasswordPeppers
    let rules: PasswordRules

    /// The stored form of a new password.
    ///
    /// - Throws: `Password.Refusal` when it is too long for bcrypt alone and there is no pepper.
    func hash(_ password: Password) async throws -> String {
        try await hasher.hash(password, pepper: rules.usesPepper ? peppers.newest() : nil)
    }

    /// Whether `password` is the one of `stored`: one bcrypt computation in every case. A hash that was keyed is checked
    /// with the pepper that it names, also after that was switched off or a newer one made.
    ///
    /// - Parameter address: what the caller's address counts as; it has a part of the hasher's queue.
    func verify(
        _ password: Password?, against stored: String?, from address: [UInt8]? = nil
    ) async throws -> Bool {
        try await hasher.verify(password, against: stored, peppers: peppers.all(), from: address)
    }

    /// The stored form that replaces one at a lower cost than new ones, without the pepper that new ones have, or with an
    /// older one; nil while it is as good as a new one.
    func renewed(_ password: Password, from stored: String) async throws -> String? {
        let present = StoredPassword(stored)
        // Switching the pepper off takes nobody's away: the password may be too long without.
        var isPeppered = rules.usesPepper
        if case .peppered = present?.scheme { isPeppered = true }
        let pepper = isPeppered ? try await peppers.newest() : nil
        let scheme: StoredPassword.Scheme = pepper.map { .peppered(version: $0.version) } ?? .plain
        if let present, present.scheme == scheme, !hasher.isOutdated(present.bcrypt) { return nil }
        return try await hasher.hash(password, pepper: pepper)
    }
}
