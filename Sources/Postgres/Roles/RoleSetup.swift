import CLibPQ
public import Logging
import SQLQuery
public import WireFormat

/// Creates databases, roles, schemas and grants. Runs as the superuser of a private cluster, or as a role with
/// CREATEROLE and CREATEDB of a managed server; it is the only part that needs such a role.
public struct RoleSetup: Sendable {
    private let admin: DatabaseConfiguration
    private let logger: Logger

    /// `admin` may name any database of the server, `postgres` as a rule.
    public init(admin: DatabaseConfiguration, logger: Logger) {
        self.admin = admin
        self.logger = logger
    }

    /// Creates the database when it is missing, with nothing for PUBLIC.
    public func createDatabase(_ name: String) async throws {
        try await withConnection(admin) { session in
            let found = try session.run(
                [Statement("SELECT 1 FROM pg_database WHERE datname = $1", [.text(name)])], cancellable: false)
            if found[0].rowCount == 0 {
                try session.runWritten(
                    "SELECT format('CREATE DATABASE %I TEMPLATE template0 ENCODING ''UTF8''', $1::text)",
                    [.text(name)])
            }
        }
    }

    /// Removes the database, disconnecting whoever uses it.
    public func dropDatabase(_ name: String) async throws {
        try await withConnection(admin) { session in
            try session.runWritten("SELECT format('DROP DATABASE IF EXISTS %I WITH (FORCE)', $1::text)", [.text(name)])
        }
    }

    /// Copies a database that nobody is connected to.
    public func copyDatabase(_ template: String, to name: String) async throws {
        try await withConnection(admin) { session in
            try session.runWritten(
                "SELECT format('CREATE DATABASE %I TEMPLATE %I', $1::text, $2::text)", [.text(name), .text(template)])
        }
    }

    /// Creates or alters the migration role and the services' roles, each with this password. The server is sent a
    /// SCRAM verifier and never sees the password.
    public func createRoles(passwords: [String: Redacted<String>]) async throws {
        try await withConnection(admin) { session in
            for (role, password) in passwords.sorted(by: { $0.key < $1.key }) {
                try session.createRole(role, verifier: try session.scramVerifier(of: password.reveal(), user: role))
            }
            for service in ServiceRole.all where passwords[service.role] != nil {
                try session.runWritten(
                    "SELECT format('ALTER ROLE %I SET search_path = %I', $1::text, $2::text)",
                    [.text(service.role), .text(service.schema)])
            }
        }
    }

    /// In one database: the services' schemas, owned by the migration role, usable by their service alone.
    public func createSchemas(in database: String, for services: [ServiceRole] = ServiceRole.all) async throws {
        let configuration = try admin.database(database)
        try await withConnection(configuration) { session in
            try session.run([Statement("BEGIN")], cancellable: false)
            do {
                try session.grantDatabase(database)
                for service in services { try session.createSchema(of: service) }
                try session.run([Statement("COMMIT")], cancellable: false)
            } catch {
                _ = try? session.run([Statement("ROLLBACK")], cancellable: false)
                throw error
            }
        }
    }

    private func withConnection(
        _ configuration: DatabaseConfiguration, _ body: @Sendable (Session) throws -> Void
    ) async throws {
        var configuration = configuration
        // Copying a template takes longer than any statement of a service.
        configuration.statementTimeout = .seconds(120)
        let connection = try Connection(configuration)
        try await connection.open()
        try await connection.withSession(body)
        await connection.close()
    }
}

extension Session {
    /// Statements that take no parameters are written by the server's own `format`, which quotes, and then run.
    fileprivate func runWritten(_ format: String, _ binds: [SQLValue]) throws {
        let written = try run([Statement(format, binds)], cancellable: false)
        try run([Statement(try written[0].read(String.self, row: 0, column: 0))], cancellable: false)
    }

    /// The form that PostgreSQL stores, made on this side.
    fileprivate func scramVerifier(of password: String, user: String) throws -> String {
        guard let verifier = PQencryptPasswordConn(handle, password, user, "scram-sha-256") else {
            throw PostgresError(.other, "the password of role `\(user)` could not be prepared")
        }
        defer { PQfreemem(verifier) }
        return String(cString: verifier)
    }

    fileprivate func createRole(_ role: String, verifier: String) throws {
        let found = try run(
            [Statement("SELECT 1 FROM pg_roles WHERE rolname = $1", [.text(role)])], cancellable: false)
        // The attributes that only a superuser may name are left out when they are the default anyway.
        let verb = found[0].rowCount == 0 ? "CREATE" : "ALTER"
        try runWritten(
            "SELECT format('%s ROLE %I LOGIN NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD %L', $1::text, $2::text, $3::text)",
            [.text(verb), .text(role), .text(verifier)])
    }

    fileprivate func grantDatabase(_ database: String) throws {
        try runWritten("SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', $1::text)", [.text(database)])
        for role in [ServiceRole.migrator] + ServiceRole.all.map(\.role) {
            try runWritten(
                "SELECT format('GRANT CONNECT ON DATABASE %I TO %I', $1::text, $2::text)",
                [.text(database), .text(role)])
        }
        try run([Statement("REVOKE ALL ON SCHEMA public FROM PUBLIC")], cancellable: false)
    }

    fileprivate func createSchema(of service: ServiceRole) throws {
        let superuser = try run(
            [Statement("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")], cancellable: false)
        if try !superuser[0].read(Bool.self, row: 0, column: 0) {
            // To give a schema to another role one has to be a member of it.
            try runWritten("SELECT format('GRANT %I TO CURRENT_USER', $1::text)", [.text(ServiceRole.migrator)])
        }
        let names: [SQLValue] = [.text(service.schema), .text(ServiceRole.migrator)]
        try runWritten("SELECT format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION %I', $1::text, $2::text)", names)
        try runWritten("SELECT format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', $1::text)", [names[0]])
        try runWritten(
            "SELECT format('GRANT USAGE ON SCHEMA %I TO %I', $1::text, $2::text)", [names[0], .text(service.role)])
        // Functions and types are open to PUBLIC by default; those of the migration role are not.
        for kind in ["FUNCTIONS", "TYPES"] {
            try runWritten(
                "SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I REVOKE ALL ON %s FROM PUBLIC', $1::text, $2::text)",
                [names[1], .text(kind)])
        }
    }
}
