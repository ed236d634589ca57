import AuditClient
import AuditCore
import IdentityClient
import IdentityCore
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// The recovery codes of whoever asks.
struct RecoveryCodeCommands: Sendable {
    let parts: AuthParts

    /// Ten new codes; the former are void.
    func generate(_ token: AccessToken, _ call: Call) async throws -> GeneratedRecoveryCodes {
        // Digests are made before the transaction, since keys need a connection of their own.
        let account = try await account(of: token)
        let codes = (0..<RecoveryCode.count).map { _ in RecoveryCode.generate() }
        let digests = try await parts.secrets.recoveryDigests(codes, account: account)
        try await parts.database.transaction(token.tenantScope) { transaction in
            let change = try await FactorChange.begin(token, parts, in: transaction)
            guard change.session.account == account else { throw Problem.noFactors }
            let event = AuditEvent(
                call, by: token, action: "recovery_codes.generate",
                resource: EventResource(type: "account", id: account.text))
            _ = try await transaction.pipeline(
                RecoveryCodeStore.replace(digests, by: change.session) + [try parts.outbox.insertion(of: event)])
        }
        return GeneratedRecoveryCodes(codes: codes)
    }

    /// How many are left.
    func remaining(_ token: AccessToken) async throws -> Int {
        let account = try await account(of: token)
        let rows = try await parts.database.query(parts.system, RecoveryCodeStore.remaining(of: account))
        return try rows.first?.get("remaining") ?? 0
    }

    private func account(of token: AccessToken) async throws -> UUIDv7 {
        try await SessionCommands(parts: parts).account(of: token)
    }
}

extension SignInCommands {
    /// How a sign-in with a recovery code is called: two factors, the second one of paper. It is none of the methods that
    /// a policy's `step_up` asks for.
    static let recoveryMethods = ["pwd", "recovery", "mfa"]

    /// Checks a recovery code in place of a code of the app, and opens a session.
    func recover(_ request: RecoveryRequest, _ call: Call) async throws -> IssuedTokens {
        let now = parts.now()
        let tried = try await attempt(
            request.challenge.reveal(), organisation: request.organisation, call, now: now)
        let account = tried.pending.account
        guard let code = RecoveryCode(request.code.reveal()),
            let digest = try await parts.secrets.recoveryDigests([code], account: account).first
        else { throw Problem.invalidRecoveryCode }
        do {
            // Before the organisations are told; using it up below is what counts.
            let present = try await parts.database.query(parts.system, RecoveryCodeStore.unused(digest, of: account))
            guard !present.isEmpty else { throw FactorUsedBefore() }
            return try await open(
                tried.pending, choose(from: tried.memberships, wanted: tried.wanted), device: tried.device,
                using: RecoveryCodeStore.use(digest, of: account, now: now), amr: Self.recoveryMethods, call)
        } catch is FactorUsedBefore {
            try await trail.codeRefused(tried, .wrongRecoveryCode, call)
            throw Problem.invalidRecoveryCode
        }
    }
}
