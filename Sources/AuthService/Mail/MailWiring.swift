import ServiceKit
import WireFormat

/// What the settings say about mail: who it is from, how it leaves, and where its links lead.
struct MailWiring: Sendable {
    let transport: any MailTransport
    let mostQueued: Int
    /// Without a slash at its end.
    let linkBase: String

    /// Reads the settings; nil when there is neither a server nor a directory, and then no mail is sent.
    ///
    /// - Throws: `SettingsError` or `AuthService.SettingRefused`, one clear line.
    init?(_ settings: Settings, issuer: String) throws {
        let server = try settings.optional(SettingKey.mailServer)
        let directory = try settings.optional(SettingKey.mailDirectory)
        guard server != nil || directory != nil else { return nil }
        guard server == nil || directory == nil else {
            throw Self.refused("MAIL_DIRECTORY", "is for development, and there is a server already")
        }
        guard let from = EmailAddress(try settings.value(SettingKey.mailFrom)),
            MailMessage.isHeaderText(from.reveal())
        else { throw Self.refused("MAIL_FROM", "must be an e-mail address") }
        if let server {
            let needsTLS = try settings.value(SettingKey.mailTLS) == "required"
            guard needsTLS || Self.isLoopback(server) else {
                throw Self.refused("MAIL_TLS", "may be `off` for a server on loopback only")
            }
            transport = SMTPTransport(
                server: .init(
                    url: server, needsTLS: needsTLS, authorities: try settings.optional(SettingKey.tlsCA),
                    user: try settings.optional(SettingKey.mailUser),
                    password: try settings.optional(SettingKey.mailPassword),
                    timeoutSeconds: try settings.value(SettingKey.mailTimeout)),
                from: from)
        } else {
            transport = FileMailTransport(directory: directory ?? ".", from: from)
        }
        mostQueued = try settings.value(SettingKey.mailMaximumQueued)
        let base = try settings.optional(SettingKey.linkURL) ?? issuer
        guard base.hasPrefix("https://") || base.hasPrefix("http://"),
            base.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
        else { throw Self.refused("LINK_URL", "must begin with https:// (or http:// for development), without blanks") }
        linkBase = base.hasSuffix("/") ? String(base.dropLast()) : base
    }

    private static func isLoopback(_ server: String) -> Bool {
        let host = server.split(separator: "/").last.map(String.init) ?? ""
        return ["127.0.0.1", "localhost", "[::1]"].contains { name in
            guard host.hasPrefix(name) else { return false }
            let port = host.dropFirst(name.count)
            return port.isEmpty || (port.hasPrefix(":") && port.dropFirst().allSatisfy { $0.isASCII && $0.isNumber })
        }
    }

    private static func refused(_ name: String, _ why: String) -> AuthService.SettingRefused {
        AuthService.SettingRefused(description: "\(Settings.prefix)\(name): \(why)")
    }
}
