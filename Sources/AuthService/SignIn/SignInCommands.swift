import AuditClient
import AuditCore
import Logging
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// Sign-in in two steps: a password gives a challenge, a code of the second factor turns it into a session.
struct SignInCommands: Sendable {
    let parts: AuthParts
    let sessions: SessionCommands
    let trail: SignInTrail

    private var store: SignInStore { SignInStore(database: parts.database, system: parts.system) }

    init(parts: AuthParts) {
        self.parts = parts
        sessions = SessionCommands(parts: parts)
        trail = SignInTrail(outbox: parts.outbox)
    }

    /// Checks a password. Whatever is wrong, it computes bcrypt once and throws the same answer.
    func begin(_ request: SignInRequest, _ call: Call) async throws -> SignInChallenge {
        let now = parts.now()
        let typed = request.email.reveal()
        // What cannot be an address has no account; all such are counted together.
        let index = try await parts.secrets.accountIndex(EmailAddress(typed) ?? .placeholder)
        try await parts.limiter.admit(parts.rules.signInByAddress, key: call.addressKey, now: now)
        let account = EmailAddress(typed) == nil ? nil : try await parts.accounts.find(emailIndex: index)
        let memberships =
            if let account { try await parts.accounts.memberships(of: account.id) } else { [Membership]() }
        let wanted = request.organisation.map { TenantID($0) }
        let device = try await device(of: account?.id, call)
        let limits = SignInLimits(parts: parts)
        try await limits.admitPassword(device: device, index: index, now: now)
        let isOrganisationOpen = try await limits.admitsPassword(
            device: device, named: wanted, memberships: memberships, now: now)

        let password = try? Password(request.password.reveal())
        let isLocked = device == nil && (account?.isLocked(at: now) ?? false)
        let isRight = try await parts.passwords.verify(
            password, against: isLocked || !isOrganisationOpen ? nil : account?.passwordHash, from: call.addressKey)

        let isMember = memberships.contains { wanted == nil || $0.tenant == wanted }
        guard let account, isRight, isMember else {
            let reason: SignInTrail.Reason =
                if account == nil { .unknownAccount } else if isLocked { .locked } else if !isOrganisationOpen {
                    .organisationLimited
                } else if !isRight { .wrongPassword } else { .noMembership }
            var isOneTooMany = false
            if let account, reason == .wrongPassword, device == nil {
                isOneTooMany = try await parts.accounts.countFailure(of: account.id, now: now)
            }
            try await trail.passwordRefused(account?.id, memberships, reason, call)
            if let account, isOneTooMany { try await trail.passwordsTried(account.id, memberships, call) }
            throw Problem.invalidCredentials
        }
        let stored = try await rehash(password, account)

        let token = OpaqueToken.generate(.challenge)
        let expires = now.adding(SignInStore.lifetime)
        let pending = PendingSignIn(id: .generate(at: now), account: account.id, organisation: wanted)
        guard
            let stored,
            try await store.insert(pending, hash: token.hash, password: stored, now: now, expires: expires)
        else { throw Problem.invalidCredentials }
        return SignInChallenge(token: token, expires: expires, factors: ["totp", "recovery_code"])
    }

    /// Checks a code and opens a session.
    func complete(_ request: SecondFactorRequest, _ call: Call) async throws -> IssuedTokens {
        let now = parts.now()
        let tried = try await attempt(
            request.challenge.reveal(), organisation: request.organisation, call, now: now)
        let account = tried.pending.account
        guard let factor = try await parts.accounts.totp(of: account) else { throw Problem.invalidCredentials }
        let totp = TOTP(secret: try await parts.secrets.openTOTPSecret(factor))
        guard let step = totp.step(of: request.code.reveal(), at: now) else {
            try await trail.codeRefused(tried, .wrongCode, call)
            throw Problem.invalidCode
        }
        do {
            // Before the organisations are told; using it up below is what counts.
            guard step > factor.lastStep else { throw FactorUsedBefore() }
            return try await open(
                tried.pending, choose(from: tried.memberships, wanted: tried.wanted), device: tried.device,
                using: AccountStore.useStep(step, of: factor), amr: ["pwd", "otp", "mfa"], call)
        } catch is FactorUsedBefore {
            try await trail.codeRefused(tried, .replayedCode, call)
            throw Problem.invalidCode
        }
    }

    /// A try of a second factor. Which organisations the account belongs to is told to a right one only.
    struct FactorAttempt: Sendable {
        let pending: PendingSignIn
        /// All of the account's.
        let memberships: [Membership]
        /// The organisation that was named, now or with the password.
        let wanted: TenantID?
        /// Nil when the account does not know it.
        let device: KnownDevice?

        /// The organisations that hear of a failure: the named one, or all of the account's.
        var concerned: [Membership] {
            let named = memberships.filter { $0.tenant == wanted }
            return named.isEmpty ? memberships : named
        }
    }

    /// The sign-in that a challenge stands for, one attempt counted.
    func attempt(
        _ challenge: String, organisation: UUIDv7?, _ call: Call, now: Instant
    ) async throws -> FactorAttempt {
        try await parts.limiter.admit(parts.rules.codeByAddress, key: call.addressKey, now: now)
        guard let token = OpaqueToken(challenge, kind: .challenge),
            let pending = try await store.attempt(hash: token.hash, now: now)
        else { throw Problem.invalidChallenge }
        let device = try await device(of: pending.account, call)
        try await SignInLimits(parts: parts).admitCode(device: device, account: pending.account, now: now)
        let attempt = FactorAttempt(
            pending: pending, memberships: try await parts.accounts.memberships(of: pending.account),
            wanted: pending.organisation ?? organisation.map { TenantID($0) }, device: device)
        for membership in attempt.concerned {
            try await parts.limiter.admit(
                parts.rules.codeByOrganisation, key: Array(membership.tenant.text.utf8), now: now)
        }
        return attempt
    }

    /// The code was used before, by whoever came first, or is none.
    struct FactorUsedBefore: Error {}

    /// Uses up challenge and factor, and opens a session, in one transaction.
    ///
    /// - Parameters:
    ///   - factor: affects one row, once.
    ///   - amr: what was used (RFC 8176).
    func open(
        _ pending: PendingSignIn, _ membership: Membership, device: KnownDevice?, using factor: SQL, amr: [String],
        _ call: Call
    ) async throws -> IssuedTokens {
        let opened = try await parts.database.transaction(
            membership.tenantScope
        ) { transaction -> Result<IssuedTokens, Problem> in
            let now = parts.now()
            guard try await transaction.execute(SignInStore.consume(pending.id, now: now)) == 1 else {
                throw Problem.invalidChallenge
            }
            guard try await transaction.execute(factor) == 1 else { throw FactorUsedBefore() }
            let session = SessionRecord(
                id: .generate(at: now), account: membership.account, tenant: membership.tenant,
                member: membership.member, clientID: SessionCommands.firstPartyClient, amr: amr,
                authenticatedAt: now, lastUsedAt: now, expiresAt: now.adding(SessionLimits.absolute), endedAt: nil)
            // A known device's success says nothing about strangers: their lock stays (docs/decisions/0008).
            let forgotten = device == nil ? [AccountStore.forgetFailures(of: pending.account)] : []
            _ = try await transaction.pipeline(
                forgotten + [RateLimiter.forget(parts.rules, of: pending.account, device: device)])
            let opened = try await sessions.open(session, call, in: transaction)
            guard case .success(var tokens) = opened else { return opened }
            tokens.device = try await remember(device, of: session, call, in: transaction)
            return .success(tokens)
        }
        let tokens = try opened.get()
        announceDevice(of: tokens, membership, call)
        return tokens
    }

    /// The device that a call comes from, when this account knows it.
    func device(of account: UUIDv7?, _ call: Call) async throws -> KnownDevice? {
        guard let account, let token = DeviceCookie.token(of: call) else { return nil }
        let device = try await parts.devices.find(token, now: parts.now())
        return device?.account == account ? device : nil
    }

    /// The account knows the device from now on.
    ///
    /// - Returns: what a new one shows next time; nil when it is known already. One of an account that had signed in
    ///   before raises an alert.
    func remember(
        _ device: KnownDevice?, of session: SessionRecord, _ call: Call, in transaction: Transaction
    ) async throws -> NewDevice? {
        let (account, now) = (session.account, session.authenticatedAt)
        if let device {
            _ = try await transaction.execute(KnownDeviceStore.touch(device, now: now))
            return nil
        }
        let token = OpaqueToken.generate(.device)
        let device = KnownDevice(id: .generate(at: now), account: account)
        let earlier = try await transaction.query(SessionStore.earlier(than: session))
        let raisesAlert = !earlier.isEmpty
        if raisesAlert {
            let alert = Alert.newDevice.event(
                call, by: EventActor(kind: .member, id: session.member.text, session: session.id),
                tenant: session.tenant, EventResource(type: "session", id: session.id.text))
            try await parts.outbox.record(alert, in: transaction)
        }
        _ = try await transaction.pipeline(KnownDeviceStore.insert(device, hash: token.hash, now: now))
        return NewDevice(token: token, raisesAlert: raisesAlert)
    }

    /// The alert of a new device, once its event is on record.
    func announceDevice(of tokens: IssuedTokens, _ membership: Membership, _ call: Call) {
        guard tokens.device?.raisesAlert == true else { return }
        Alert.newDevice.announce(call, ["member": .string(membership.member.text)])
    }

    /// The one organisation that a sign-in is for.
    func choose(from memberships: [Membership], wanted: TenantID?) throws(Problem) -> Membership {
        if let wanted {
            guard let membership = memberships.first(where: { $0.tenant == wanted }) else { throw .invalidCredentials }
            return membership
        }
        guard let membership = memberships.first else { throw .invalidCredentials }
        guard memberships.count == 1 else { throw .organisationRequired(memberships.map(\.tenant)) }
        return membership
    }

    /// The cost was raised, or the pepper switched on or replaced, since the password was set: this is the moment at which
    /// its text is known.
    ///
    /// - Returns: the stored form that holds now; nil when somebody changed it meanwhile.
    private func rehash(_ password: Password?, _ account: Account) async throws -> String? {
        guard let password, let old = account.passwordHash,
            let new = try await parts.passwords.renewed(password, from: old)
        else { return account.passwordHash }
        return try await parts.accounts.replaceHash(of: account.id, from: old, to: new) ? new : nil
    }
}
