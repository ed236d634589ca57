import AuditClient
import Foundation
import Idempotency
import IdentityClient
import KeyVault
import Logging
import PolicyClient
@_spi(ScopeMinting) import Postgres
import ServiceKit
import ServiceLifecycle
import WebAuthn
import WireFormat

extension AuthService {
    /// Reads the configuration and connects everything; the only place that does. Starts nothing but the threads of
    /// bcrypt.
    ///
    /// - Parameter onListening: called with the ports once both listeners are bound.
    static func build(
        _ settings: Settings, logger: Logger, onListening: @escaping @Sendable (ListeningPorts) -> Void = { _ in }
    ) throws -> ServiceRuntime {
        let database = Database(
            DatabaseConfiguration(
                url: try settings.value(SettingKey.databaseURL), applicationName: "bailiwick-auth",
                poolSize: try settings.value(SettingKey.databasePoolSize)),
            logger: logger)
        let keys = try ServiceKeys(
            service: .auth, keyFile: settings.value(SettingKey.serviceKeyFile),
            registryFile: settings.value(SettingKey.serviceRegistry), logger: logger)
        let transport = ServiceTransport(trustRoots: try settings.optional(SettingKey.tlsCA))
        let issuer = try settings.value(SettingKey.issuer)
        let mail = try MailWiring(settings, issuer: issuer)
        let parts = try parts(
            database: database, provider: FileKeyProvider(path: settings.value(SettingKey.kekFile)), issuer: issuer,
            hasher: hasher(cost: settings.value(SettingKey.passwordCost)),
            passwordRules: PasswordRules(usesPepper: settings.value(SettingKey.passwordPepper)), mail: mail,
            relyingParty: RelyingParty.configured(settings, issuer: issuer), logger: logger)

        let feed = RevocationFeed(store: parts.revocations, logger: logger)
        let authority = AccessTokenAuthority(
            rules: AccessTokenRules(issuer: issuer), source: LocalIdentitySource(keys: parts.keys, feed: feed),
            logger: logger)
        let policy = PolicyClient(
            client: ServiceClient(
                keys: keys, callee: .policy, baseURL: try settings.value(SettingKey.peersPolicy),
                transport: transport, logger: logger))
        let relay = OutboxRelay(
            database: database, scope: SystemScope(),
            destinations: [
                AuditDestination(
                    client: ServiceClient(
                        keys: keys, callee: .audit, baseURL: try settings.value(SettingKey.peersAudit),
                        transport: transport, logger: logger))
            ], logger: logger)
        let resets = PasswordResetQueue(commands: PasswordResetCommands(parts: parts), logger: logger)
        let routes = AuthRoutes(
            parts: parts, policy: policy, feed: feed, cursors: try cursors(settings), resets: resets,
            templates: try PageTemplates(folder: pagesFolder))
        return try ServiceRuntime(
            name: .auth, publicListener: .public(settings), internalListener: .internal(settings),
            publicRoutes: routes.publicRoutes, internalRoutes: routes.internalRoutes, keys: keys, verifier: authority,
            services: [
                database, relay, parts.keys, feed, authority, resets, Housekeeping(parts: parts, logger: logger),
                AnswerExpiry(database: database, scope: parts.system, logger: logger),
            ] + mailServices(mail, parts, logger),
            readiness: [
                .succeeds("database") { try await database.ping() },
                ReadinessCheck("signing-keys") { parts.keys.isReady ? nil : "there is no signing key yet" },
                ReadinessCheck("access-tokens") {
                    await authority.isReady() ? nil : "keys or revocations are missing or stale"
                },
            ],
            openAPI: try OpenAPIDocument(path: openAPIPath), logger: logger, onListening: onListening)
    }

    /// What the capabilities work with; tests make it with their own database, rules and clock.
    static func parts(
        database: Database, provider: any KeyEncryptionKeyProvider, issuer: String, hasher: PasswordHasher,
        passwordRules: PasswordRules = PasswordRules(usesPepper: false), rules: RateRules = .standard,
        mail: MailWiring? = nil, relyingParty: RelyingParty, logger: Logger,
        now: @escaping @Sendable () -> Instant = { .now() }
    ) -> AuthParts {
        let system = SystemScope()
        let secrets = IdentitySecrets(vault: KeyVault(database: database, provider: provider), system: system)
        let outbox = AuditOutbox(database: database, origin: .auth)
        let ring = SigningKeyRing(
            store: SigningKeyStore(database: database, system: system), secrets: secrets, outbox: outbox,
            systemTenant: SystemTenant.scope, logger: logger, now: now)
        return AuthParts(
            database: database, system: system, secrets: secrets, outbox: outbox, hasher: hasher,
            passwordRules: passwordRules, keys: ring,
            issuer: AccessTokenIssuer(issuer: issuer, keys: ring),
            limiter: RateLimiter(database: database, system: system), rules: rules,
            mail: mail.map { Postbox(secrets: secrets, mostQueued: $0.mostQueued, linkBase: $0.linkBase) },
            relyingParty: relyingParty, now: now)
    }

    /// What sends mail, when there is a way for it.
    private static func mailServices(
        _ mail: MailWiring?, _ parts: AuthParts, _ logger: Logger
    ) -> [any Service] {
        guard let mail else { return [] }
        let store = MailStore(database: parts.database, system: parts.system)
        return [
            MailRelay(
                store: store, secrets: parts.secrets, transport: mail.transport, logger: logger, now: parts.now)
        ]
    }

    /// Where the templates of the pages are, beside the executable.
    static var pagesFolder: String { Bundle.module.resourcePath ?? "." }

    /// The description of the interface, beside the executable.
    static var openAPIPath: String {
        Bundle.module.path(forResource: "openapi", ofType: "yaml") ?? "openapi.yaml"
    }

    /// A setting that cannot be used.
    struct SettingRefused: Error, CustomStringConvertible {
        let description: String
    }

    private static func hasher(cost: Int) throws -> PasswordHasher {
        guard CommonPasswords.count > 0 else {
            throw SettingRefused(description: "the list of common passwords is missing beside the executable")
        }
        guard Bcrypt.costs.contains(cost) else {
            throw SettingRefused(
                description: "BAILIWICK_PASSWORD_COST: must be from \(Bcrypt.costs.lowerBound) to "
                    + "\(Bcrypt.costs.upperBound), not \(cost)")
        }
        guard let hasher = PasswordHasher(cost: cost, threads: ProcessInfo.processInfo.activeProcessorCount) else {
            throw SettingRefused(description: "libxcrypt has no bcrypt (`$2b$`)")
        }
        return hasher
    }

    private static func cursors(_ settings: Settings) throws -> CursorCodec {
        guard let text = try settings.optional(SettingKey.cursorKey) else { return .ephemeral() }
        guard let key = Base64URL.decode(text.reveal()), let codec = CursorCodec(key: key) else {
            throw SettingRefused(description: "BAILIWICK_CURSOR_KEY: must be at least 32 bytes in base64url")
        }
        return codec
    }
}
