import AuditClient
import AuditCore
import Postgres
import ServiceKit
import WireFormat

/// A new pepper: the operator's word.
enum PasswordPepperRoutes {
    static func internalRoutes(_ parts: AuthParts) -> [Route] {
        [
            Route(
                .post, "/internal/v1/password-peppers", access: .service(callers: [.operator], user: .none)
            ) { call in
                let (version, older) = try await rotate(parts, call)
                return .json(["version": version.wire, "accounts_on_older": older.wire], status: .created)
            }
        ]
    }

    /// Makes the next pepper. New hashes have it at once, at every copy; older ones open as before, and each is made anew
    /// at its owner's next sign-in.
    ///
    /// - Throws: 409 `concurrent-change` when another one is being made.
    static func rotate(_ parts: AuthParts, _ call: Call) async throws -> (version: Int, older: Int) {
        let now = parts.now()
        let id = UUIDv7.generate(at: now)
        let sealed = try await parts.passwords.peppers.sealNew(id)
        let actor = EventActor(try call.service)
        do {
            return try await parts.database.transaction(SystemTenant.scope) { transaction in
                let rows = try await transaction.query(PasswordPeppers.insert(id, sealed: sealed, now: now))
                guard let version = try rows.first?.get("version", as: Int.self) else {
                    throw DamagedRow(table: "password_pepper")
                }
                let event = AuditEvent(
                    call, by: actor, tenant: .system, action: "password_pepper.rotate",
                    resource: EventResource(type: "password_pepper", id: String(version)))
                try await parts.outbox.record(event, in: transaction)
                let older = try await transaction.query(PasswordPeppers.older(than: version))
                return (version, try older.first?.get("accounts", as: Int.self) ?? 0)
            }
        } catch let error as PostgresError where error.code == .uniqueViolation {
            throw Problem.conflict(
                "concurrent-change", detail: "another pepper is being made; look before you try again")
        }
    }
}
