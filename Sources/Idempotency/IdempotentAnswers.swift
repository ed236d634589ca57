package import KeyVault
package import Postgres
package import SQLQuery
package import ServiceKit
package import WireFormat

/// Remembers the answers to creates, so that a repeated request creates nothing and gets the first one's answer. Over
/// the table `idempotent_answer` in the schema of the service.
package struct IdempotentAnswers: Sendable {
    /// How long an answer is kept. Longer than any client goes on repeating a request, and not a day more: an answer
    /// holds personal data, and an invitation's a token.
    package static let lifetime: Duration = .seconds(86_400)
    /// The name of the table's primary key, which refuses a second use at the same time.
    package static let constraint = "idempotent_answer_pkey"

    private let database: Database
    /// What seals the answers.
    package let vault: KeyVault

    /// Answers in the schema that `database` is connected to.
    package init(database: Database, vault: KeyVault) {
        self.database = database
        self.vault = vault
    }

    /// The answer that was given before; nil when the key is new, or so old that it counts as new.
    ///
    /// - Throws: 422 when the key was used for another request.
    package func answer(to use: IdempotentUse, _ scope: TenantScope, at now: Instant) async throws -> Reply? {
        let rows = try await database.query(
            scope,
            """
            SELECT id, digest, answer FROM idempotent_answer
             WHERE tenant = \(scope.tenant) AND subject = \(use.subject) AND key = \(use.key.text)
               AND created_at > \(Self.oldest(at: now))
            """)
        guard let row = rows.first else { return nil }
        guard try row.get("digest", as: [UInt8].self) == use.digest else {
            throw Problem(
                .unprocessableContent, "idempotency-key-reused", title: "The idempotency key was used before",
                detail: "`Idempotency-Key` belongs to another request; a new request needs a new key")
        }
        let id: UUIDv7 = try row.get("id")
        let plain = try await vault.open(try row.get("answer"), Self.context(scope, id))
        guard let stored = try JSONValue.parse(plain).object, let body = stored["body"] else {
            throw Problem.internalError
        }
        var headers = HTTPFields()
        headers[.eTag] = stored["etag"]?.string
        headers[.location] = stored["location"]?.string
        return .json(body, status: .created, headers: headers)
    }

    /// The statements that keep an answer, sealed under the key of the person that it is about; an expired one of the
    /// same key makes room. They violate ``constraint`` when the key is in use.
    ///
    /// - Parameters:
    ///   - id: of what was created; the answer opens in its row only.
    ///   - person: whose key seals; the tenant's when nil.
    package func keeping(
        _ use: IdempotentUse, id: UUIDv7, body: JSONValue, headers: HTTPFields, _ sealer: Sealer, person: UUIDv7?,
        _ scope: TenantScope, at now: Instant
    ) throws -> [SQL] {
        let stored: JSONValue = [
            "body": body, "etag": JSONValue(headers[.eTag]), "location": JSONValue(headers[.location]),
        ]
        let sealed = try sealer.seal(stored.bytes(), Self.context(scope, id), person: person)
        return [
            """
            DELETE FROM idempotent_answer
             WHERE tenant = \(scope.tenant) AND subject = \(use.subject) AND key = \(use.key.text)
               AND created_at <= \(Self.oldest(at: now))
            """,
            """
            INSERT INTO idempotent_answer (tenant, subject, key, id, digest, answer, created_at)
            VALUES (\(scope.tenant), \(use.subject), \(use.key.text), \(id), \(use.digest), \(sealed), \(now))
            """,
        ]
    }

    /// An answer from this instant or before has expired.
    static func oldest(at now: Instant) -> Instant { now.adding(.zero - lifetime) }

    private static func context(_ scope: TenantScope, _ id: UUIDv7) -> SealContext {
        SealContext(scope, table: "idempotent_answer", column: "answer", row: id)
    }
}
