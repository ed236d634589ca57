import AuditClient
import Idempotency
import Postgres
import WebAuthn
import WireFormat

/// What the capabilities of the service work with. Made once, in the wiring.
struct AuthParts: Sendable {
    let database: Database
    let system: SystemScope
    let secrets: IdentitySecrets
    let outbox: AuditOutbox
    let hasher: PasswordHasher
    let passwordRules: PasswordRules
    let keys: SigningKeyRing
    let issuer: AccessTokenIssuer
    let limiter: RateLimiter
    let rules: RateRules
    /// Nil when the installation sends no mail.
    let mail: Postbox?
    /// Who asks for passkeys.
    let relyingParty: RelyingParty
    /// The clock; tests give their own.
    let now: @Sendable () -> Instant

    var answers: IdempotentAnswers { IdempotentAnswers(database: database, vault: secrets.vault) }
    var passwords: AccountPasswords {
        AccountPasswords(
            hasher: hasher, peppers: PasswordPeppers(database: database, vault: secrets.vault, system: system),
            rules: passwordRules)
    }
    var devices: KnownDeviceStore { KnownDeviceStore(database: database, system: system) }
    var accounts: AccountStore { AccountStore(database: database, system: system) }
    var revocations: RevocationStore { RevocationStore(database: database, system: system) }
}
