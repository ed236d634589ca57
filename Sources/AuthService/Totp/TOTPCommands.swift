import AuditClient
import AuditCore
import IdentityClient
import IdentityCore
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// A new authenticator app for whoever asks, in place of the present one.
struct TOTPCommands: Sendable {
    let parts: AuthParts

    private var store: TOTPEnrolmentStore { TOTPEnrolmentStore(database: parts.database, system: parts.system) }

    /// Gives a new secret; the present app stays good until the new one has shown a code.
    func begin(_ token: AccessToken, _ call: Call) async throws -> StartedEnrolment {
        let now = parts.now()
        let secret = TOTP.generateSecret()
        let proof = OpaqueToken.generate(.totp, tenant: token.tenant)
        let id = UUIDv7.generate(at: now)
        // Sealed before the transaction, since sealing needs a connection of its own.
        let account = try await SessionCommands(parts: parts).account(of: token)
        let enrolment = TOTPEnrolment(
            id: id, account: account,
            sealedSecret: try await parts.secrets.sealNewTOTPSecret(secret, enrolment: id, account: account))
        let sealed = try await parts.database.transaction(token.tenantScope) { transaction in
            let change = try await FactorChange.begin(token, parts, in: transaction)
            guard change.session.account == account else { throw Problem.noFactors }
            let results = try await transaction.pipeline([
                TOTPEnrolmentStore.insert(enrolment, hash: proof.hash, by: change.session, now: now),
                PasskeyStore.email(of: account),
            ])
            guard let row = results[1].first else { throw DamagedRow(table: "account") }
            return try row.get("email", as: [UInt8].self)
        }
        let email = try await parts.secrets.openAccountEmail(sealed, account: account)
        return StartedEnrolment(
            token: proof, expires: now.adding(Enrolment.lifetime),
            totp: StartedEnrolment.NewFactor(TOTP(secret: secret), email: email))
    }

    /// Takes a code of the new app, which counts as used. Ends every session of the account when it replaces another: a
    /// session may stand on the one that goes.
    func confirm(_ request: ConfirmRequest, _ token: AccessToken, _ call: Call) async throws {
        let now = parts.now()
        guard let proof = OpaqueToken(request.enrolment.reveal(), kind: .totp),
            let enrolment = try await store.attempt(hash: proof.hash, session: token.session, now: now)
        else { throw Problem.invalidTOTPEnrolment }
        let secret = try await parts.secrets.openNewTOTPSecret(enrolment)
        let resource = EventResource(type: "account", id: enrolment.account.text)
        guard let step = TOTP(secret: secret).step(of: request.code.reveal(), at: now) else {
            let event = AuditEvent(
                call, by: token, action: "totp.replace", resource: resource, outcome: .denied,
                reason: SignInTrail.Reason.wrongCode.rawValue)
            try await parts.outbox.record(event, token.tenantScope)
            throw Problem.invalidCode
        }
        let sealed = try await parts.secrets.sealTOTPSecret(secret, account: enrolment.account)
        try await parts.database.transaction(token.tenantScope) { transaction in
            let change = try await FactorChange.begin(token, parts, in: transaction)
            guard change.session.account == enrolment.account,
                try await transaction.execute(TOTPEnrolmentStore.consume(enrolment.id, now: now)) == 1
            else { throw Problem.invalidTOTPEnrolment }
            let replaces = try await !transaction.query(TOTPEnrolmentStore.present(enrolment.account)).isEmpty
            _ = try await transaction.execute(
                TOTPEnrolmentStore.replace(secret: sealed, lastStep: step, by: change.session, now: now))
            let ended = try await replaces ? change.endSessions(at: parts.now(), in: transaction) : nil
            let event = AuditEvent(
                call, by: token, action: "totp.replace", resource: resource,
                metadata: ["ended_sessions": .integer(Int64(ended?.count ?? 0))])
            _ = try await transaction.pipeline(
                [try parts.outbox.insertion(of: event)] + (ended?.revocation ?? []))
        }
    }
}

/// The authenticator app of one's own.
enum TOTPRoutes {
    static func routes(_ parts: AuthParts) -> [Route] {
        let commands = TOTPCommands(parts: parts)
        return [
            Route(
                .post, "/v1/totp/enrolment", access: .signedIn(because: "everybody has the own factors")
            ) { call in SignInRoutes.secret(.json(try await commands.begin(call.user, call))) },
            Route(
                .put, "/v1/totp", access: .signedIn(because: "everybody has the own factors"),
                body: .json(limit: SignInRoutes.bodyLimit)
            ) { call in
                try await commands.confirm(call.decode(), call.user, call)
                return .empty()
            },
        ]
    }
}

extension Problem {
    /// Unknown, used, expired, of another session, or tried too often.
    static let invalidTOTPEnrolment = Problem.conflict(
        "invalid-enrolment",
        detail: "the enrolment is unknown, used, expired, of another session, or was tried too often")
}
