import AuditClient
import AuditCore
import Crypto
import IdentityClient
import IdentityCore
import Postgres
import SQLQuery
import ServiceKit
import WebAuthn
import WireFormat

/// Registers, lists and removes the passkeys of whoever asks.
struct PasskeyCommands: Sendable {
    let parts: AuthParts

    private var store: PasskeyStore { PasskeyStore(database: parts.database, system: parts.system) }

    /// Begins a registration: a challenge for this session, and what the browser needs to know.
    func begin(_ token: AccessToken, _ call: Call) async throws -> BegunRegistration {
        let now = parts.now()
        let proof = OpaqueToken.generate(.passkey, tenant: token.tenant)
        let challenge = Self.freshChallenge()
        let (account, present, sealed) = try await parts.database.transaction(token.tenantScope) { transaction in
            let change = try await FactorChange.begin(token, parts, in: transaction)
            let account = change.session.account
            let results = try await transaction.pipeline([
                PasskeyStore.all(of: account), PasskeyStore.email(of: account),
                PasskeyStore.insertRegistration(challenge, hash: proof.hash, by: change.session, now: now),
            ])
            let present = try results[0].map(PasskeyStore.read)
            guard present.count < Passkey.mostOfAnAccount else { throw Problem.tooManyPasskeys }
            guard let row = results[1].first else { throw DamagedRow(table: "account") }
            return (account, present, try row.get("email", as: [UInt8].self))
        }
        return BegunRegistration(
            token: proof, expires: now.adding(PasskeyStore.challengeLifetime), relyingParty: parts.relyingParty,
            challenge: challenge, account: account,
            email: try await parts.secrets.openAccountEmail(sealed, account: account), present: present)
    }

    /// Finishes it. The challenge is used up whatever comes of it.
    func register(_ request: RegisterPasskeyRequest, _ token: AccessToken, _ call: Call) async throws -> Passkey {
        let now = parts.now()
        guard let proof = OpaqueToken(request.registration.reveal(), kind: .passkey),
            let taken = try await store.takeChallenge(hash: proof.hash, session: token.session, now: now)
        else { throw Problem.invalidRegistration }
        let credential: Registration.Credential
        do {
            credential = try Registration(relyingParty: parts.relyingParty, challenge: taken.challenge)
                .verify(request.credential)
        } catch {
            try await parts.outbox.record(refusal(token, error.code.description, call), token.tenantScope)
            throw Problem.refusedCredential(error)
        }
        let id = UUIDv7.generate(at: now)
        do {
            return try await parts.database.transaction(token.tenantScope) { transaction in
                let change = try await FactorChange.begin(token, parts, in: transaction)
                let account = change.session.account
                let present = try await transaction.query(PasskeyStore.all(of: account))
                guard present.count < Passkey.mostOfAnAccount else { throw Problem.tooManyPasskeys }
                let event = AuditEvent(
                    call, by: token, action: "passkey.register", resource: EventResource(type: "passkey", id: id.text),
                    metadata: [
                        "attestation": .string(credential.attestation.rawValue),
                        "algorithm": .integer(credential.key.algorithm.rawValue),
                        "backup_eligible": .bool(credential.isBackupEligible),
                    ])
                let results = try await transaction.pipeline([
                    PasskeyStore.insert(
                        id, credential, transports: request.credential.transports, name: request.name,
                        by: change.session, now: now),
                    try parts.outbox.insertion(of: event), PasskeyStore.all(of: account),
                ])
                guard let row = try results[2].first(where: { try $0.get("id", as: UUIDv7.self) == id }) else {
                    throw DamagedRow(table: "passkey")
                }
                return try PasskeyStore.read(row)
            }
        } catch let error as PostgresError where error.code == .uniqueViolation {
            try await parts.outbox.record(refusal(token, "credential-known", call), token.tenantScope)
            throw Problem.passkeyKnown
        }
    }

    /// The caller's passkeys.
    func list(_ token: AccessToken) async throws -> [Passkey] {
        let account = try await SessionCommands(parts: parts).account(of: token)
        return try await parts.database.query(parts.system, PasskeyStore.all(of: account)).map(PasskeyStore.read)
    }

    /// Removes one, and ends every session of the account in the same transaction: any of them may stand on it.
    func remove(_ id: UUIDv7, _ token: AccessToken, _ call: Call) async throws {
        try await parts.database.transaction(token.tenantScope) { transaction in
            let change = try await FactorChange.begin(token, parts, in: transaction)
            let account = change.session.account
            let others = try await transaction.query(PasskeyStore.otherFactors(than: id, of: account))
            guard try await transaction.execute(PasskeyStore.remove(id, by: change.session)) == 1 else {
                throw Problem.notFound()
            }
            guard try others.first?.get("factors", as: Int64.self) ?? 0 > 0 else { throw Problem.lastFactor }
            let ended = try await change.endSessions(at: parts.now(), in: transaction)
            let event = AuditEvent(
                call, by: token, action: "passkey.remove", resource: EventResource(type: "passkey", id: id.text),
                metadata: ["ended_sessions": .integer(Int64(ended.count))])
            _ = try await transaction.pipeline([try parts.outbox.insertion(of: event)] + ended.revocation)
        }
    }

    /// Random bytes for an authenticator to sign.
    static func freshChallenge() -> [UInt8] {
        SymmetricKey(size: SymmetricKeySize(bitCount: PasskeyStore.challengeBytes * 8)).withUnsafeBytes { Array($0) }
    }

    private func refusal(_ token: AccessToken, _ reason: String, _ call: Call) -> AuditEvent {
        AuditEvent(
            call, by: token, action: "passkey.register", resource: EventResource(type: "passkey", id: nil),
            outcome: .denied, reason: reason)
    }
}
