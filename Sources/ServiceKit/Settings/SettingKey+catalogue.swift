import Logging
public import WireFormat

// Every setting of every part of the product. All parts know all of them, so that one environment serves all; a name
// that is not here stops the start.

extension SettingKey where Value == Int {
    /// The port of the public listener; 0 takes a free one.
    public static var publicPort: Self { .number("PUBLIC_PORT", in: 0...65535, about: "port of the public listener") }
    /// The port of the internal listener; 0 takes a free one.
    public static var internalPort: Self {
        .number("INTERNAL_PORT", in: 0...65535, about: "port of the internal listener")
    }
    /// The first of the product's ports; the tool adds 1 to 4 and 101 to 104.
    public static var portBase: Self {
        .number("PORT_BASE", in: 1...65000, fallback: 7000, about: "ports are this and 1 to 4, 101 to 104")
    }
    /// bcrypt's cost.
    public static var passwordCost: Self {
        .number("PASSWORD_COST", in: 4...16, fallback: 12, about: "cost of bcrypt, a power of two")
    }
    /// Connections to the database.
    public static var databasePoolSize: Self {
        .number("DATABASE_POOL_SIZE", in: 1...256, fallback: 16, about: "connections to the database")
    }
    /// Requests that are worked on at once.
    public static var maximumInFlight: Self {
        .number("MAXIMUM_IN_FLIGHT", in: 1...65536, fallback: 256, about: "requests worked on at once")
    }
    /// Mails that may wait to be sent.
    public static var mailMaximumQueued: Self {
        .number("MAIL_MAXIMUM_QUEUED", in: 1...1_000_000, fallback: 10_000, about: "mails that may wait to be sent")
    }
    /// How long one mail may take on its way to the server.
    public static var mailTimeout: Self {
        .number("MAIL_TIMEOUT", in: 1...300, fallback: 20, about: "seconds that sending one mail may take")
    }
    /// Requests that wait for one of those places.
    public static var maximumQueued: Self {
        .number("MAXIMUM_QUEUED", in: 0...65536, fallback: 512, about: "requests that wait to be worked on")
    }
}

extension SettingKey where Value == String {
    /// The address that both listeners bind.
    public static var host: Self { .text("HOST", fallback: "127.0.0.1", about: "address that the listeners bind") }
    /// A Unix socket for the public listener, instead of a port.
    public static var publicSocket: Self { .text("PUBLIC_SOCKET", about: "Unix socket of the public listener") }
    /// A Unix socket for the internal listener, instead of a port.
    public static var internalSocket: Self { .text("INTERNAL_SOCKET", about: "Unix socket of the internal listener") }
    /// The service's private key file.
    public static var serviceKeyFile: Self { .text("SERVICE_KEY_FILE", about: "this service's private key, mode 0600") }
    /// The registry of public keys.
    public static var serviceRegistry: Self {
        .text("SERVICE_REGISTRY", about: "registry of the services' public keys")
    }
    /// The key-encryption key.
    public static var kekFile: Self { .text("KEK_FILE", about: "key-encryption key, mode 0600") }
    /// The key that signs the audit log's checkpoints.
    public static var checkpointKeyFile: Self {
        .text("CHECKPOINT_KEY_FILE", about: "key that signs checkpoints of the audit log, mode 0600")
    }
    /// AuthService's internal base URL.
    public static var peersAuth: Self { .text("PEERS_AUTH", about: "internal base URL of auth") }
    /// PolicyEngine's internal base URL.
    public static var peersPolicy: Self { .text("PEERS_POLICY", about: "internal base URL of policy") }
    /// HRService's internal base URL.
    public static var peersHR: Self { .text("PEERS_HR", about: "internal base URL of hr") }
    /// AuditService's internal base URL.
    public static var peersAudit: Self { .text("PEERS_AUDIT", about: "internal base URL of audit") }
    /// The issuer of access tokens: the public URL of AuthService.
    public static var issuer: Self { .text("ISSUER", about: "public URL of auth, the issuer of access tokens") }
    /// The domain that passkeys are for.
    public static var passkeyDomain: Self {
        .text("PASSKEY_DOMAIN", about: "domain that passkeys are for; the issuer's host unless it is set")
    }
    /// The pages that may use passkeys.
    public static var passkeyOrigins: Self {
        .text("PASSKEY_ORIGINS", about: "origins that may use passkeys, with commas; the issuer unless it is set")
    }
    /// The directory of policies.
    public static var policyDirectory: Self { .text("POLICY_DIRECTORY", about: "directory of the policy files") }
    /// The certificate chain of the listeners.
    public static var tlsCertificate: Self { .text("TLS_CERTIFICATE", about: "PEM file of the certificate chain") }
    /// The private key of the certificate.
    public static var tlsKey: Self { .text("TLS_KEY", about: "PEM file of the certificate's private key") }
    /// The authorities that clients trust.
    public static var tlsCA: Self { .text("TLS_CA", about: "PEM file of the authorities that clients trust") }
    /// From whom `X-Forwarded-For` is taken.
    public static var trustedProxies: Self {
        .text("TRUSTED_PROXIES", about: "addresses and ranges of proxies whose X-Forwarded-For counts, with commas")
    }
    /// The base of the links in mails. Never taken from a request.
    public static var linkURL: Self {
        .text("LINK_URL", about: "base URL of the links in mails; the issuer when not given")
    }
    /// Where mail goes.
    public static var mailServer: Self {
        Self(
            "MAIL_SERVER", about: "SMTP server of outgoing mail, smtp://host:port or smtps://host:port",
            expected: "smtp://host[:port] or smtps://host[:port]"
        ) { text in
            let isKnown = text.hasPrefix("smtp://") || text.hasPrefix("smtps://")
            let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "@") }
            return isKnown && isPlain ? text : nil
        }
    }
    /// Whether the way to the mail server has to be encrypted.
    public static var mailTLS: Self {
        Self(
            "MAIL_TLS", fallback: "required", about: "`off` lets mail leave unencrypted, for a server on loopback",
            expected: "`required` or `off`"
        ) { ["required", "off"].contains($0) ? $0 : nil }
    }
    /// A directory that takes the mails as files, instead of a server.
    public static var mailDirectory: Self {
        .text("MAIL_DIRECTORY", about: "directory that takes mails as files, for development")
    }
    /// Who mails are from.
    public static var mailFrom: Self { .text("MAIL_FROM", about: "address that mails are from") }
    /// The account at the mail server.
    public static var mailUser: Self { .text("MAIL_USER", about: "user name at the SMTP server") }
    /// Where the tool keeps its cluster, keys and data.
    public static var dataDirectory: Self { .text("DATA_DIRECTORY", about: "where the tool keeps cluster and keys") }
    /// The least level that is logged.
    public static var logLevel: Self {
        Self(
            "LOG_LEVEL", fallback: "info", about: "least level that is logged",
            expected: "one of trace, debug, info, notice, warning, error, critical"
        ) { Logger.Level(rawValue: $0) == nil ? nil : $0 }
    }
}

extension SettingKey where Value == Bool {
    /// Whether passwords are keyed before bcrypt.
    public static var passwordPepper: Self {
        .flag("PASSWORD_PEPPER", fallback: false, about: "key new password hashes with a key of the vault")
    }
}

extension SettingKey where Value == Redacted<String> {
    /// A secret text; also from the file that `…_FILE` names.
    public static func secret(_ name: String, about: String) -> Self {
        Self(name, isSecret: true, about: about, expected: "a text") { $0.isEmpty ? nil : Redacted($0) }
    }

    /// The service's database.
    public static var databaseURL: Self { .secret("DATABASE_URL", about: "database of the service's own role") }
    /// The database with the role that owns the schemas.
    public static var migrationURL: Self { .secret("MIGRATION_URL", about: "database of the migration role") }
    /// The databases that the tool gives to the services it starts, when they are not its own cluster.
    public static func databaseURL(of service: ServiceName) -> Self {
        .secret("\(service.text.uppercased())_DATABASE_URL", about: "database that the tool gives to \(service)")
    }
    /// The password at the mail server.
    public static var mailPassword: Self { .secret("MAIL_PASSWORD", about: "password at the SMTP server") }
    /// The key of cursors, 32 bytes or more in base64url, the same for all copies of a service.
    public static var cursorKey: Self { .secret("CURSOR_KEY", about: "key of list cursors, base64url") }
}

extension SettingDeclaration {
    /// Every setting of the product.
    public static let catalogue = numbers + texts + flags + secrets

    // A list for each type: one expression of all is more than the compiler types in reasonable time.

    private static let numbers: [SettingDeclaration] = [
        SettingKey<Int>.publicPort, .internalPort, .portBase, .passwordCost, .databasePoolSize, .maximumInFlight,
        .maximumQueued, .mailMaximumQueued, .mailTimeout,
    ].map(\.declaration)

    private static let texts: [SettingDeclaration] = [
        SettingKey<String>.host, .publicSocket, .internalSocket, .serviceKeyFile, .serviceRegistry, .kekFile,
        .checkpointKeyFile, .peersAuth, .peersPolicy, .peersHR, .peersAudit, .issuer, .passkeyDomain, .passkeyOrigins,
        .policyDirectory, .tlsCertificate, .tlsKey, .tlsCA, .dataDirectory, .logLevel, .linkURL, .mailServer, .mailTLS,
        .mailDirectory,
        .mailFrom, .mailUser, .trustedProxies,
    ].map(\.declaration)

    private static let flags: [SettingDeclaration] = [SettingKey<Bool>.passwordPepper].map(\.declaration)

    private static let secrets: [SettingDeclaration] =
        [ServiceName.auth, .policy, .hr, .audit].map { SettingKey<Redacted<String>>.databaseURL(of: $0).declaration }
        + [SettingKey<Redacted<String>>.databaseURL, .migrationURL, .cursorKey, .mailPassword].map(\.declaration)
}
