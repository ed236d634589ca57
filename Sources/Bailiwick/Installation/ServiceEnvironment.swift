import ServiceKit

/// The environment in which one service of an installation starts: what it may know, and nothing of the others.
struct ServiceEnvironment {
    /// Where keys and passwords are.
    let directory: DataDirectory
    /// What listens where.
    let endpoints: Endpoints
    /// The policy files.
    let policies: String
    /// What the operator set for all services: our own variables, the path, coverage counters.
    let inherited: [String: String]

    /// Variables of the operator that mean the tool itself, or one service alone.
    private static let own: Set<String> = [
        "BAILIWICK_DATA_DIRECTORY", "BAILIWICK_PORT_BASE", "BAILIWICK_MIGRATION_URL",
    ]

    /// What is passed on besides `BAILIWICK_*`: programs, the time zone, certificates, coverage counters.
    private static let passedOn: Set<String> = [
        "PATH", "HOME", "TZ", "LANG", "LC_ALL", "SSL_CERT_FILE", "SSL_CERT_DIR", "LLVM_PROFILE_FILE", "SWIFT_BACKTRACE",
    ]

    /// Who development's mails are from: a domain that can never exist (RFC 2606 §2).
    private static let developmentSender = "bailiwick@mail.invalid"

    /// The variables of `member`.
    func variables(for member: Member) -> [String: String] {
        var variables = inherited.filter { name, _ in
            Self.passedOn.contains(name)
                || (name.hasPrefix("BAILIWICK_") && !Self.own.contains(name) && !Self.isDatabaseOfOne(name)
                    && (member == .auth || !name.hasPrefix("BAILIWICK_MAIL_")))
        }
        variables["BAILIWICK_PUBLIC_PORT"] = String(endpoints.ports.publicPort(of: member))
        variables["BAILIWICK_INTERNAL_PORT"] = String(endpoints.ports.internalPort(of: member))
        variables["BAILIWICK_DATABASE_URL_FILE"] = directory.databaseURL(member.rawValue)
        variables["BAILIWICK_SERVICE_KEY_FILE"] = directory.serviceKey(member.serviceName.text)
        variables["BAILIWICK_SERVICE_REGISTRY"] = directory.registry
        variables["BAILIWICK_CURSOR_KEY_FILE"] = directory.cursorKey
        variables["BAILIWICK_ISSUER"] = endpoints.publicURL(.auth)
        for peer in Member.allCases {
            variables["BAILIWICK_PEERS_\(peer.rawValue.uppercased())"] = endpoints.internalURL(peer)
        }
        if member.sealsValues { variables["BAILIWICK_KEK_FILE"] = directory.keyEncryptionKey }
        switch member {
        case .policy: variables["BAILIWICK_POLICY_DIRECTORY"] = policies
        case .audit: variables["BAILIWICK_CHECKPOINT_KEY_FILE"] = directory.checkpointKey
        case .auth:
            // Without a server of the operator's, mails are files beside the keys.
            if variables["BAILIWICK_MAIL_SERVER"] == nil {
                variables["BAILIWICK_MAIL_DIRECTORY"] = directory.mail
                if variables["BAILIWICK_MAIL_FROM"] == nil {
                    variables["BAILIWICK_MAIL_FROM"] = Self.developmentSender
                }
            }
        case .hr: break
        }
        return variables
    }

    /// `BAILIWICK_AUTH_DATABASE_URL` and its sisters: each is written to a file that only its service is told of.
    static func externalDatabase(of member: Member) -> String {
        "BAILIWICK_\(member.rawValue.uppercased())_DATABASE_URL"
    }

    private static func isDatabaseOfOne(_ name: String) -> Bool {
        Member.allCases.contains { name.hasPrefix(externalDatabase(of: $0)) }
    }
}
