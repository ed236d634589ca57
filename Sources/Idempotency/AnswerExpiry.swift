import IdentityClient
package import Logging
package import Postgres
import SQLQuery
import ServiceLifecycle
package import WireFormat

/// Deletes the answers that have expired, tenant by tenant. Every copy of a service does it, which harms nobody.
package struct AnswerExpiry: Service {
    /// How often. An answer that has expired counts for nothing, and is gone this much later.
    static let interval: Duration = .seconds(60)
    /// Tenants of one turn: each is a transaction of its own. The next turn goes on with the next ones.
    static let tenantsPerTurn = 100
    /// Answers of one tenant deleted in one turn, so that no statement holds many locks.
    static let answersPerTurn = 1000

    private let database: Database
    private let scope: SystemScope
    private let logger: Logger

    /// Over the answers in the schema that `database` is connected to.
    ///
    /// - Parameter scope: for the one question that concerns all tenants: which of them have something to delete.
    package init(database: Database, scope: SystemScope, logger: Logger) {
        self.database = database
        self.scope = scope
        self.logger = logger
    }

    /// Deletes until the process shuts down.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var position = ""
            while !Task.isCancelled {
                do {
                    position = try await turn(after: position, at: .now())
                } catch {
                    logger.warning("expired answers were not deleted", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// One turn over some tenants.
    ///
    /// - Returns: where the next turn begins.
    package func turn(after position: String, at now: Instant) async throws -> String {
        let oldest = IdempotentAnswers.oldest(at: now)
        let tenants = try await database.query(
            scope,
            "SELECT tenant FROM expired_answer_tenants(\(oldest), \(position), \(Self.tenantsPerTurn)::integer)"
        ).map { try $0.get("tenant", as: TenantID.self) }
        for tenant in tenants {
            let job = TenantJob(name: "answer-expiry", tenant: tenant)
            _ = try await database.query(
                job.tenantScope,
                """
                DELETE FROM idempotent_answer a USING (
                    SELECT subject, key FROM idempotent_answer
                     WHERE tenant = \(tenant) AND created_at <= \(oldest)
                     ORDER BY created_at LIMIT \(Self.answersPerTurn)
                ) AS old
                 WHERE a.tenant = \(tenant) AND a.subject = old.subject AND a.key = old.key
                   AND a.created_at <= \(oldest)
                """)
        }
        return tenants.count == Self.tenantsPerTurn ? tenants.last?.text ?? "" : ""
    }
}
