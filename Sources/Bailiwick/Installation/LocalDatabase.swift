import Logging
import Postgres
import PrivateCluster
import WireFormat

/// The database of an installation on its private cluster: roles with passwords of their own, schemas, migrations.
struct LocalDatabase {
    /// Where the passwords are kept.
    let directory: DataDirectory
    /// The cluster, running.
    let cluster: PrivateCluster
    /// Tells what was migrated.
    let logger: Logger

    /// Creates or brings up to date, and writes each service's URL to its file.
    func prepare() async throws {
        let setup = RoleSetup(admin: DatabaseConfiguration(url: try await cluster.superuserURL()), logger: logger)
        var passwords: [String: Redacted<String>] = [:]
        for role in ServiceRole.all.map(\.role) + [ServiceRole.migrator] { passwords[role] = try password(of: role) }
        try await setup.createRoles(passwords: passwords)
        try await setup.createDatabase(Installation.databaseName)
        try await setup.createSchemas(in: Installation.databaseName)
        for member in Member.allCases {
            let role = ServiceRole(member)
            try write(await url(of: role.role, passwords), for: member.rawValue)
        }
        try write(await cluster.superuserURL(database: Installation.databaseName), for: "superuser")
        let migrator = try await url(of: ServiceRole.migrator, passwords)
        try write(migrator, for: "migrator")
        try await SchemaMigrations(binaries: Installation.binaries, logger: logger).run(on: migrator)
    }

    private func url(of role: String, _ passwords: [String: Redacted<String>]) async throws -> Redacted<String> {
        try await cluster.url(
            user: role, password: passwords[role] ?? Redacted(""), database: Installation.databaseName)
    }

    private func write(_ url: Redacted<String>, for name: String) throws {
        try directory.write(Array(url.reveal().utf8), to: directory.databaseURL(name))
    }

    private func password(of role: String) throws -> Redacted<String> {
        let file = directory.secrets + "/password-\(role)"
        if let known = try directory.read(file) { return Redacted(String(decoding: known, as: UTF8.self)) }
        let made = Base64URL.encode((0..<24).map { _ in UInt8.random(in: .min ... .max) })
        try directory.write(Array(made.utf8), to: file)
        return Redacted(made)
    }
}

extension ServiceRole {
    /// The database role of a service.
    init(_ member: Member) {
        switch member {
        case .auth: self = .auth
        case .policy: self = .policy
        case .hr: self = .hr
        case .audit: self = .audit
        }
    }
}
