import AuditClient
import AuditCore
import IdentityClient
import IdentityCore
import Postgres
import SQLQuery
import ServiceKit
import WebAuthn
import WireFormat

/// Raises what a living session has proved: a second factor, used now, adds to its `amr` and renews its `auth_time`. The
/// session's refresh tokens so far are void; it ends no later than it would have.
struct StepUpCommands: Sendable {
    let parts: AuthParts

    private var signIn: SignInCommands { SignInCommands(parts: parts) }
    private var sessions: SessionCommands { SessionCommands(parts: parts) }

    /// The audit event's action.
    static let action = "session.step_up"

    /// A factor that was checked, and how it is used up.
    private struct Proof: Sendable {
        /// Affects one row, once.
        let use: SQL
        /// What it adds (RFC 8176).
        let amr: [String]
        /// What the answer is when somebody else was faster.
        let refusal: Problem
        let reason: SignInTrail.Reason
    }

    /// A challenge for one of the account's passkeys, good in this session only.
    func begin(_ token: AccessToken, _ call: Call) async throws -> BegunPasskeyStepUp {
        let account = try await sessions.account(of: token)
        let now = parts.now()
        try await parts.limiter.admit(parts.rules.codeByAddress, key: call.addressKey, now: now)
        let rows = try await parts.database.query(parts.system, PasskeyStore.all(of: account))
        let present = try rows.map(PasskeyStore.read)
        let proof = OpaqueToken.generate(.challenge)
        let challenge = PasskeyCommands.freshChallenge()
        try await parts.database.execute(
            parts.system,
            PasskeyStore.insertChallenge(
                challenge, hash: proof.hash, session: token.session, organisation: nil, now: now))
        return BegunPasskeyStepUp(
            begun: BegunPasskeySignIn(
                token: proof, expires: now.adding(PasskeyStore.challengeLifetime), relyingParty: parts.relyingParty,
                challenge: challenge), present: present)
    }

    /// Checks a factor and gives the session new tokens.
    ///
    /// - Throws: 401 `insufficient-user-authentication` when the factor cannot give what `acr_values` ask for; then
    ///   nothing is used up.
    func stepUp(_ request: StepUpRequest, _ token: AccessToken, _ call: Call) async throws -> IssuedTokens {
        let account = try await sessions.account(of: token)
        let now = parts.now()
        try await parts.limiter.admit(parts.rules.codeByAddress, key: call.addressKey, now: now)
        let device = try await signIn.device(of: account, call)
        try await SignInLimits(parts: parts).admitCode(device: device, account: account, now: now)
        try judge(request, token)
        let proof = try await proof(request.factor, of: account, token, call, now: now)
        let raised = try await parts.database.transaction(
            token.tenantScope
        ) { transaction -> Result<IssuedTokens, Problem>? in
            let rows = try await transaction.query(SessionStore.locked(token.session, tenant: token.tenant))
            guard let record = try rows.first.map(SessionStore.read), record.account == account else {
                throw Problem.noFactors
            }
            // Any session that lives can be raised; one that has ended cannot be brought back.
            let session = try Session<AAL1, AnyAge>(proving: record.facts, at: parts.now())
            guard let member = try await sessions.lockedMember(record, in: transaction) else { throw Problem.noFactors }
            guard try await transaction.execute(proof.use) == 1 else { return nil }
            return try await raise(session, record, member, by: proof.amr, call, in: transaction)
        }
        guard let raised else {
            try await refused(token, proof.reason, call)
            throw proof.refusal
        }
        return try raised.get()
    }

    private func raise(
        _ session: Session<AAL1, AnyAge>, _ record: SessionRecord, _ member: Member, by methods: [String], _ call: Call,
        in transaction: Transaction
    ) async throws -> Result<IssuedTokens, Problem> {
        let now = parts.now()
        let raised = record.raised(by: methods, at: now)
        let admitted: AdmittedSession
        // A refusal commits, as one of a sign-in does: the factor is used up.
        switch try await sessions.admitted(raised, member, call, isNew: false, in: transaction) {
        case .success(let value): admitted = value
        case .failure(let refusal):
            let event = AuditEvent(
                call, by: sessions.actor(record, member), tenant: session.tenant, action: Self.action,
                resource: EventResource(type: "session", id: session.id.text), outcome: .denied,
                reason: refusal.demand.rawValue, metadata: ["used": JSONValue(methods)])
            try await parts.outbox.record(event, in: transaction)
            return .failure(refusal.demand.problem)
        }
        let refresh = OpaqueToken.generate(.refresh, tenant: session.tenant)
        let tokens = try await sessions.tokens(admitted, member, refresh: refresh, now: now, in: transaction)
        let event = AuditEvent(
            call, by: sessions.actor(raised, member), tenant: session.tenant, action: Self.action,
            resource: EventResource(type: "session", id: session.id.text),
            metadata: ["amr": JSONValue(raised.amr), "used": JSONValue(methods)])
        _ = try await transaction.pipeline([
            SessionStore.raise(raised),
            SessionStore.insertRefreshToken(
                refresh.hash, of: raised, parent: nil, issuedAt: now, expiresAt: admitted.end(at: now)),
            try parts.outbox.insertion(of: event),
        ])
        return .success(tokens)
    }

    /// What the factor cannot give is told before it is used up.
    private func judge(_ request: StepUpRequest, _ token: AccessToken) throws {
        guard let demand = request.demand else { return }
        let methods: [String] =
            switch request.factor {
            case .totp: Self.totpMethods
            case .recovery: Self.recoveryMethods
            case .passkey: ["hwk", "mfa"]
            }
        guard AssuranceLevel(amr: token.amr + methods) >= demand.level else {
            throw InsufficientAuthentication(demand: demand)
        }
    }

    private static let totpMethods = ["otp", "mfa"]
    private static let recoveryMethods = ["recovery", "mfa"]

    private func proof(
        _ factor: StepUpRequest.Factor, of account: UUIDv7, _ token: AccessToken, _ call: Call, now: Instant
    ) async throws -> Proof {
        switch factor {
        case .totp(let code):
            guard let stored = try await parts.accounts.totp(of: account) else { throw Problem.invalidCode }
            let totp = TOTP(secret: try await parts.secrets.openTOTPSecret(stored))
            guard let step = totp.step(of: code.reveal(), at: now) else {
                try await refused(token, .wrongCode, call)
                throw Problem.invalidCode
            }
            return Proof(
                use: AccountStore.useStep(step, of: stored), amr: Self.totpMethods, refusal: .invalidCode,
                reason: .replayedCode)
        case .recovery(let typed):
            guard let code = RecoveryCode(typed.reveal()),
                let digest = try await parts.secrets.recoveryDigests([code], account: account).first
            else { throw Problem.invalidRecoveryCode }
            return Proof(
                use: RecoveryCodeStore.use(digest, of: account, now: now), amr: Self.recoveryMethods,
                refusal: .invalidRecoveryCode, reason: .wrongRecoveryCode)
        case .passkey(let challenge, let credential):
            return try await proof(challenge, credential, of: account, token, call, now: now)
        }
    }

    private func proof(
        _ challenge: Redacted<String>, _ credential: AuthenticationResponse, of account: UUIDv7, _ token: AccessToken,
        _ call: Call, now: Instant
    ) async throws -> Proof {
        let store = PasskeyStore(database: parts.database, system: parts.system)
        guard let proof = OpaqueToken(challenge.reveal(), kind: .challenge),
            let taken = try await store.takeChallenge(hash: proof.hash, session: token.session, now: now)
        else { throw Problem.invalidChallenge }
        guard let passkey = try await store.find(credentialID: credential.id), passkey.account == account else {
            try await refused(token, .unknownPasskey, call)
            throw Problem.invalidPasskey
        }
        do {
            let use = try Authentication(relyingParty: parts.relyingParty, challenge: taken.challenge)
                .verify(credential, of: try passkey.known)
            return Proof(
                use: PasskeyStore.use(passkey, use, now: now), amr: passkey.amr, refusal: .invalidPasskey,
                reason: .wrongPasskey)
        } catch {
            try await refused(token, error.code == .signCount ? .clonedPasskey : .wrongPasskey, call)
            throw Problem.invalidPasskey
        }
    }

    private func refused(_ token: AccessToken, _ reason: SignInTrail.Reason, _ call: Call) async throws {
        let event = AuditEvent(
            call, by: token, action: Self.action, resource: EventResource(type: "session", id: token.session.text),
            outcome: .denied, reason: reason.rawValue)
        try await parts.outbox.record(event, token.tenantScope)
    }
}
