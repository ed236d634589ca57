import Crypto
import KeyVault
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// Remembers the answers to creates, so that a repeated request creates nothing and gets the first one's answer.
struct IdempotentAnswers: Sendable {
    let database: Database
    let vault: KeyVault

    /// A key as one subject used it for one request.
    struct Use: Sendable {
        let key: IdempotencyKey
        let subject: UUIDv7
        /// SHA-256 of method, path and body.
        let digest: [UInt8]

        /// How a call uses its key; nil when it has none.
        init?(_ call: Call) throws(Problem) {
            guard let key = try call.idempotencyKey() else { return nil }
            self.key = key
            subject = try call.user.subject
            var hash = SHA256()
            hash.update(data: Array("\(call.method.rawValue) \(call.path)\n".utf8))
            hash.update(data: call.body)
            digest = Array(hash.finalize())
        }
    }

    /// The name of the table's primary key, which refuses a second use at the same time.
    static let constraint = "idempotent_answer_pkey"

    /// The answer that was given before; nil when the key is new.
    ///
    /// - Throws: 422 when the key was used for another request.
    func answer(to use: Use, _ scope: TenantScope) async throws -> Reply? {
        let rows = try await database.query(
            scope,
            """
            SELECT id, digest, answer FROM idempotent_answer
             WHERE tenant = \(scope.tenant) AND subject = \(use.subject) AND key = \(use.key.text)
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

    /// The statement that keeps an answer, sealed under the key of the person that it is about.
    ///
    /// - Parameter id: of what was created; the answer opens in its row only.
    func insertion(
        _ use: Use, id: UUIDv7, body: JSONValue, headers: HTTPFields, _ sealer: Sealer, person: UUIDv7?,
        _ scope: TenantScope, at instant: Instant
    ) throws -> SQL {
        let stored: JSONValue = [
            "body": body, "etag": JSONValue(headers[.eTag]), "location": JSONValue(headers[.location]),
        ]
        let sealed = try sealer.seal(stored.bytes(), Self.context(scope, id), person: person)
        return """
            INSERT INTO idempotent_answer (tenant, subject, key, id, digest, answer, created_at)
            VALUES (\(scope.tenant), \(use.subject), \(use.key.text), \(id), \(use.digest), \(sealed), \(instant))
            """
    }

    private static func context(_ scope: TenantScope, _ id: UUIDv7) -> SealContext {
        SealContext(scope, table: "idempotent_answer", column: "answer", row: id)
    }
}
