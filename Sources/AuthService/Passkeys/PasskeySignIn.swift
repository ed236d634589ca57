import AuditClient
import AuditCore
import Logging
import Postgres
import SQLQuery
import ServiceKit
import WebAuthn
import WireFormat

/// Sign-in with a passkey alone: the device verified its user, so that it stands for two factors, and it knows whose it
/// is, so that nobody types a name.
struct PasskeySignIn: Sendable {
    let parts: AuthParts
    let signIn: SignInCommands

    private var store: PasskeyStore { PasskeyStore(database: parts.database, system: parts.system) }

    init(parts: AuthParts) {
        self.parts = parts
        signIn = SignInCommands(parts: parts)
    }

    /// A challenge for anybody.
    func begin(_ request: PasskeySignInRequest, _ call: Call) async throws -> BegunPasskeySignIn {
        let now = parts.now()
        try await parts.limiter.admit(parts.rules.signInByAddress, key: call.addressKey, now: now)
        let token = OpaqueToken.generate(.challenge)
        let challenge = PasskeyCommands.freshChallenge()
        try await parts.database.execute(
            parts.system,
            PasskeyStore.insertChallenge(
                challenge, hash: token.hash, session: nil, organisation: request.organisation.map { TenantID($0) },
                now: now))
        return BegunPasskeySignIn(
            token: token, expires: now.adding(PasskeyStore.challengeLifetime), relyingParty: parts.relyingParty,
            challenge: challenge)
    }

    /// Checks the answer and opens a session. The challenge is used up whatever comes of it.
    func complete(_ request: CompletePasskeySignIn, _ call: Call) async throws -> IssuedTokens {
        let now = parts.now()
        try await parts.limiter.admit(parts.rules.signInByAddress, key: call.addressKey, now: now)
        guard let token = OpaqueToken(request.challenge.reveal(), kind: .challenge),
            let taken = try await store.takeChallenge(hash: token.hash, session: nil, now: now)
        else { throw Problem.invalidChallenge }
        guard let passkey = try await store.find(credentialID: request.credential.id) else {
            try await signIn.trail.passkeyRefused(nil, [], .unknownPasskey, call)
            throw Problem.invalidPasskey
        }
        let memberships = try await parts.accounts.memberships(of: passkey.account)
        let use: Authentication.Use
        do {
            use = try Authentication(relyingParty: parts.relyingParty, challenge: taken.challenge)
                .verify(request.credential, of: try passkey.known)
        } catch {
            let isCloned = error.code == .signCount
            if isCloned {
                call.logger.warning(
                    "a passkey's counter went back: it may have been copied",
                    metadata: ["passkey": .string(passkey.id.text)])
            }
            try await signIn.trail.passkeyRefused(
                passkey.account, memberships, isCloned ? .clonedPasskey : .wrongPasskey, call)
            throw Problem.invalidPasskey
        }
        let membership = try signIn.choose(from: memberships, wanted: taken.organisation)
        let device = try await signIn.device(of: passkey.account, call)
        return try await open(passkey, use, membership, device, call)
    }

    private func open(
        _ passkey: Passkey, _ use: Authentication.Use, _ membership: Membership, _ device: KnownDevice?, _ call: Call
    ) async throws -> IssuedTokens {
        let opened = try await parts.database.transaction(
            membership.tenantScope
        ) { transaction -> Result<IssuedTokens, Problem> in
            let now = parts.now()
            guard try await transaction.execute(PasskeyStore.use(passkey, use, now: now)) == 1 else {
                throw Problem.invalidPasskey
            }
            let session = SessionRecord(
                id: .generate(at: now), account: membership.account, tenant: membership.tenant,
                member: membership.member, clientID: SessionCommands.firstPartyClient, amr: passkey.amr,
                authenticatedAt: now, lastUsedAt: now, expiresAt: now.adding(SessionLimits.absolute), endedAt: nil)
            let opened = try await signIn.sessions.open(session, call, in: transaction)
            guard case .success(var tokens) = opened else { return opened }
            tokens.device = try await signIn.remember(device, of: session, call, in: transaction)
            return .success(tokens)
        }
        let tokens = try opened.get()
        signIn.announceDevice(of: tokens, membership, call)
        return tokens
    }
}

extension Passkey {
    /// For verification.
    var known: Authentication.Known {
        get throws(WebAuthnError) {
            Authentication.Known(
                id: credentialID, userHandle: Passkey.userHandle(of: account),
                key: try CredentialPublicKey(cose: publicKey), signCount: UInt32(clamping: signCount),
                isBackupEligible: isBackupEligible)
        }
    }
}
