import AuditClient
import AuditCore
import Idempotency
import IdentityClient
import KeyVault
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// Invites people, and lets them in: an invitation goes to its addressee by mail, is accepted with a password, and confirmed
/// with a code of the second factor. Whoever invites never sees the link, and so cannot answer for the invited. An
/// invitation never changes the credentials of an account that is there already.
struct InvitationCommands: Sendable {
    let parts: AuthParts

    // MARK: Inviting

    /// Who invites, as the trail and the table say it.
    struct Inviter: Sendable {
        /// Nil for the operator, who may give every role.
        let token: AccessToken?
        let actor: EventActor
        let decision: EventDecision?

        /// Somebody of the organisation.
        init(token: AccessToken, decision: EventDecision?) {
            self.token = token
            actor = EventActor(token)
            self.decision = decision
        }

        /// The operator.
        init(`operator` actor: EventActor) {
            token = nil
            self.actor = actor
            decision = nil
        }
    }

    /// Invites, or gives the answer that the same request with the same `Idempotency-Key` was given before: the
    /// invitation stays good, which another one would void.
    func answer(
        _ request: InviteRequest, by inviter: Inviter, _ scope: TenantScope, _ call: Call
    ) async throws -> Reply {
        let use = try IdempotentUse(call)
        func former() async throws -> Reply? {
            guard let use else { return nil }
            return try await parts.answers.answer(to: use, scope, at: parts.now())
        }
        if let answer = try await former() { return answer }
        do {
            let invited = try await invite(request, by: inviter, scope: scope, keeping: use, call)
            return .json(invited.wire, status: .created, headers: invited.headers)
        } catch let error as PostgresError where error.isUniqueViolation(of: IdempotentAnswers.constraint) {
            // Two requests with one key at the same time: the second gets the first one's answer.
            guard let answer = try await former() else { throw error }
            return answer
        }
    }

    /// Makes a member who is invited, or sends an invited one a new invitation, which voids the former. The mail goes to
    /// the address that the member has: not to the one that was typed, which may only look the same.
    ///
    /// The inviter's roles count as they are inside the transaction, not as they were when the token was issued.
    ///
    /// - Parameter use: under which the answer is kept, in the same transaction.
    func invite(
        _ request: InviteRequest, by inviter: Inviter, scope: TenantScope, keeping use: IdempotentUse? = nil,
        _ call: Call
    ) async throws -> InvitedMember {
        guard let mail = parts.mail else { throw Problem.mailMissing }
        let now = parts.now()
        let index = try await parts.secrets.memberIndex(request.email, scope)
        try await parts.limiter.admit(parts.rules.invitationByAddressee, key: index, now: now)
        let addressee = try await addressee(request.email, index, scope, now: now)
        let link = try await mail.mailedLink(
            .invitation, tenant: scope.tenant, page: Invitation.page, now: now
        ) { link in try MailTexts.invitation(to: addressee.email, link: link) }
        var keeper: AnswerKeeper?
        if let use {
            keeper = AnswerKeeper(
                use: use, member: addressee.member,
                sealer: try await parts.secrets.vault.sealer(scope: scope, persons: [addressee.member]))
        }
        return try await parts.database.transaction(scope) { transaction in
            try await judge(request.roles, by: inviter, scope.tenant, in: transaction)
            let present = try await transaction.query(MemberStore.byEmail(index, tenant: scope.tenant))
            let member = try present.first.map(MemberStore.read)
            guard member == nil || member?.status == .invited, member == nil || member?.roles == request.roles else {
                throw Self.memberExists
            }
            // What was sealed is sealed for this member, and the mail goes to his address.
            guard member == nil || member?.id == addressee.member else { throw Self.invitedMeanwhile }
            let invited = addressee.member
            var statements: [SQL] = []
            if member == nil {
                guard let sealed = addressee.sealed else { throw Self.invitedMeanwhile }
                statements.append(
                    MemberStore.insert(
                        invited, tenant: scope.tenant, email: sealed, emailIndex: index, roles: request.roles, now: now)
                )
            }
            let event = AuditEvent(
                call, by: inviter.actor, tenant: scope.tenant, action: "member.invite",
                resource: EventResource(type: "member", id: invited.text), decision: inviter.decision,
                changes: [.plain("roles", before: nil, after: request.roles.wire)])
            statements += [
                InvitationStore.voidAll(of: invited, tenant: scope.tenant, now: now),
                InvitationStore.insert(
                    .generate(at: now), tenant: scope.tenant, member: invited, link, by: inviter.token?.subject,
                    now: now),
                try parts.outbox.insertion(of: event),
            ]
            if let inviter = inviter.token?.subject {
                statements.append(MemberStore.remember(inviter: inviter, of: invited, tenant: scope.tenant))
            }
            statements.append(MemberStore.one(invited, tenant: scope.tenant, where: "true"))
            let answer: InvitedMember
            do {
                let results = try await transaction.pipeline(statements)
                guard let row = results.last?.first else { throw DamagedRow(table: "member") }
                answer = InvitedMember(
                    member: try MemberStore.read(row), email: addressee.email,
                    invitation: SentInvitation(expires: link.expires))
            } catch let error as PostgresError where error.code == .uniqueViolation {
                throw Self.memberExists
            }
            try await link.letter.post(in: transaction)
            if let keeper { _ = try await transaction.pipeline(keeper.statements(answer, parts, scope, at: now)) }
            return answer
        }
    }

    /// What seals an answer, under the key of the member that it is about.
    private struct AnswerKeeper: Sendable {
        let use: IdempotentUse
        let member: UUIDv7
        let sealer: Sealer

        func statements(
            _ answer: InvitedMember, _ parts: AuthParts, _ scope: TenantScope, at now: Instant
        ) throws -> [SQL] {
            try parts.answers.keeping(
                use, id: member, body: answer.wire, headers: answer.headers, sealer, person: member, scope, at: now)
        }
    }

    /// Whom an invitation is for.
    private struct Addressee: Sendable {
        let member: UUIDv7
        let email: EmailAddress
        /// The address under the key of a member who is new; nil when he is there.
        let sealed: [UInt8]?
    }

    /// Looked up before the transaction, since a key needs a connection of its own.
    private func addressee(
        _ typed: EmailAddress, _ index: [UInt8], _ scope: TenantScope, now: Instant
    ) async throws -> Addressee {
        let present = try await parts.database.query(
            scope, MemberStore.byEmail(index, tenant: scope.tenant, isLocking: false))
        if let member = try present.first.map(MemberStore.read) {
            let email = try await parts.secrets.openMemberEmail(member.sealedEmail, member: member.id, scope)
            return Addressee(member: member.id, email: email, sealed: nil)
        }
        let id = UUIDv7.generate(at: now)
        let sealed = try await parts.secrets.sealMemberEmail(typed, member: id, scope)
        return Addressee(member: id, email: typed, sealed: sealed)
    }

    private static let invitedMeanwhile = Problem.conflict(
        "concurrent-change", detail: "somebody else invited the same person at the same time; try again")

    /// With the organisation locked, so that no change of the inviter's roles is under way.
    private func judge(
        _ roles: RoleSet, by inviter: Inviter, _ tenant: TenantID, in transaction: Transaction
    ) async throws {
        _ = try await transaction.query(MemberStore.lockOrganisation(tenant))
        var held: [Role] = [.owner]
        if let token = inviter.token {
            held = try await MemberCommands(parts: parts).presentRoles(of: token, in: transaction)
        }
        try RoleRules.judge(from: RoleSet([]), to: roles, actor: held, isSelf: false)
    }

    private static let memberExists = Problem.conflict(
        "member-exists", detail: "the organisation has a member of this address, or invited one with other roles",
        errors: [FieldError(pointer: "/email", detail: "belongs to a member")])

    // MARK: Accepting

    /// Takes a password and answers with the factor to set up. One bcrypt computation in every case.
    func accept(_ request: AcceptRequest, _ call: Call) async throws -> StartedEnrolment {
        let now = parts.now()
        try await parts.limiter.admit(parts.rules.invitationByAddress, key: call.addressKey, now: now)
        guard let token = OpaqueToken(request.token.reveal(), kind: .invitation) else {
            throw Problem.invalidInvitation
        }
        let scope = token.tenantScope
        let rows = try await parts.database.query(
            scope, InvitationStore.attempt(hash: token.hash, tenant: token.tenant, now: now))
        guard let row = rows.first else { throw Problem.invalidInvitation }
        let invitation = Invitation(id: try row.get("id"), member: try row.get("member"))
        let email = try await parts.secrets.openMemberEmail(row.get("email"), member: invitation.member, scope)
        let index = try await parts.secrets.accountIndex(email)
        let present = try await parts.accounts.find(emailIndex: index)
        let id = UUIDv7.generate(at: now)
        var credentials: Enrolment.Credentials?
        var factor: StartedEnrolment.NewFactor?
        if let present {
            // Counted with the tries of sign-ins: a link for an account is no second way to guess its password.
            try await SignInLimits(parts: parts).admitPassword(device: nil, index: index, now: now)
            let usable = present.isLocked(at: now) ? nil : present.passwordHash
            let password = try? Password(request.password.reveal())
            guard try await parts.passwords.verify(password, against: usable, from: call.addressKey) else {
                let isOneTooMany = try await parts.accounts.countFailure(of: present.id, now: now)
                let event = AuditEvent(
                    call, by: .anonymous, tenant: token.tenant, action: "invitation.accept",
                    resource: EventResource(type: "member", id: invitation.member.text), outcome: .denied,
                    reason: SignInTrail.Reason.wrongPassword.rawValue)
                try await parts.outbox.record(event, scope)
                if isOneTooMany {
                    try await SignInTrail(outbox: parts.outbox).passwordsTried(
                        present.id, parts.accounts.memberships(of: present.id), call)
                }
                throw Problem.invalidCredentials
            }
        } else {
            let password = try await newPassword(request.password.reveal(), email: email, invitation, scope)
            let secret = TOTP.generateSecret()
            let totp = TOTP(secret: secret)
            credentials = Enrolment.Credentials(
                passwordHash: try await parts.passwords.hash(password),
                sealedSecret: try await parts.secrets.sealEnrolmentSecret(secret, enrolment: id, scope))
            factor = StartedEnrolment.NewFactor(totp, email: email)
        }
        let enrolment = Enrolment(
            tenant: token.tenant, id: id, member: invitation.member,
            account: present?.id ?? .generate(at: now), credentials: credentials)
        let proof = OpaqueToken.generate(.enrolment, tenant: token.tenant)
        try await parts.database.transaction(scope) { transaction in
            guard
                try await transaction.execute(
                    InvitationStore.consume(invitation.id, tenant: token.tenant, now: now)) == 1
            else { throw Problem.invalidInvitation }
            let event = AuditEvent(
                call, by: EventActor(kind: .account, id: enrolment.account.text), tenant: token.tenant,
                action: "invitation.accept",
                resource: EventResource(type: "member", id: invitation.member.text))
            _ = try await transaction.pipeline([
                InvitationStore.insert(enrolment, hash: proof.hash, now: now), try parts.outbox.insertion(of: event),
            ])
        }
        return StartedEnrolment(token: proof, expires: now.adding(Enrolment.lifetime), totp: factor)
    }

    /// Takes a code of the factor, and makes the member. The code counts as used.
    func confirm(_ request: ConfirmRequest, _ call: Call) async throws -> ConfirmedEnrolment {
        let now = parts.now()
        try await parts.limiter.admit(parts.rules.codeByAddress, key: call.addressKey, now: now)
        guard let token = OpaqueToken(request.enrolment.reveal(), kind: .enrolment) else {
            throw Problem.invalidEnrolment
        }
        let scope = token.tenantScope
        let rows = try await parts.database.query(
            scope, InvitationStore.attemptEnrolment(hash: token.hash, tenant: token.tenant, now: now))
        guard let row = rows.first else { throw Problem.invalidEnrolment }
        let enrolment = try InvitationStore.readEnrolment(row, tenant: token.tenant)
        let email = try await parts.secrets.openMemberEmail(row.get("email"), member: enrolment.member, scope)

        // The factor of an account that is there, counted with the codes of its sign-ins: whoever can invite gets no more
        // tries by inviting again.
        if enrolment.credentials == nil {
            try await SignInLimits(parts: parts).admitCode(device: nil, account: enrolment.account, now: now)
        }
        let secret = try await secret(of: enrolment, scope)
        guard let step = TOTP(secret: secret).step(of: request.code.reveal(), at: now) else {
            try await refused(enrolment, .wrongCode, call)
            throw Problem.invalidCode
        }
        let joining = try await joining(enrolment, email: email, secret: secret, step: step)
        do {
            try await parts.database.transaction(scope) { transaction in
                try await join(enrolment, joining, call, in: transaction)
            }
        } catch is CodeUsedBefore {
            try await refused(enrolment, .replayedCode, call)
            throw Problem.invalidCode
        } catch let error as PostgresError where error.code == .uniqueViolation {
            // The address got an account, or the account this organisation, while the person typed.
            throw Problem.invalidEnrolment
        }
        return ConfirmedEnrolment(organisation: token.tenant, member: enrolment.member)
    }

    private struct CodeUsedBefore: Error {}

    private func secret(of enrolment: Enrolment, _ scope: TenantScope) async throws -> [UInt8] {
        if let credentials = enrolment.credentials {
            return try await parts.secrets.openEnrolmentSecret(
                credentials.sealedSecret, enrolment: enrolment.id, scope)
        }
        guard let factor = try await parts.accounts.totp(of: enrolment.account) else { throw Problem.invalidEnrolment }
        return try await parts.secrets.openTOTPSecret(factor)
    }

    /// The statements that make the account, or that use the code of the one that is there: sealed before the
    /// transaction, since sealing needs a connection of its own.
    private func joining(
        _ enrolment: Enrolment, email: EmailAddress, secret: [UInt8], step: Int64
    ) async throws -> [SQL] {
        guard let credentials = enrolment.credentials else {
            return [AccountStore.useStep(step, of: enrolment.account)]
        }
        let secrets = parts.secrets
        return [
            AccountStore.insert(
                enrolment.account, email: try await secrets.sealAccountEmail(email, account: enrolment.account),
                emailIndex: try await secrets.accountIndex(email), passwordHash: credentials.passwordHash),
            AccountStore.insertTOTP(
                enrolment.account, secret: try await secrets.sealTOTPSecret(secret, account: enrolment.account),
                lastStep: step),
        ]
    }

    private func join(
        _ enrolment: Enrolment, _ joining: [SQL], _ call: Call, in transaction: Transaction
    ) async throws {
        guard
            try await transaction.execute(
                InvitationStore.consumeEnrolment(enrolment.id, tenant: enrolment.tenant)) == 1
        else { throw Problem.invalidEnrolment }
        for statement in joining {
            guard try await transaction.execute(statement) == 1 else { throw CodeUsedBefore() }
        }
        guard
            try await transaction.execute(
                MemberStore.activate(enrolment.member, tenant: enrolment.tenant, account: enrolment.account)) == 1
        else { throw Problem.invalidEnrolment }
        let event = AuditEvent(
            call, by: EventActor(kind: .account, id: enrolment.account.text), tenant: enrolment.tenant,
            action: "member.join", resource: EventResource(type: "member", id: enrolment.member.text),
            metadata: ["new_account": .bool(enrolment.credentials != nil)])
        _ = try await transaction.pipeline([
            AccountStore.insert(
                Membership(account: enrolment.account, tenant: enrolment.tenant, member: enrolment.member)),
            try parts.outbox.insertion(of: event),
        ])
    }

    private func refused(_ enrolment: Enrolment, _ reason: SignInTrail.Reason, _ call: Call) async throws {
        let membership = Membership(account: enrolment.account, tenant: enrolment.tenant, member: enrolment.member)
        let event = AuditEvent(
            call, by: EventActor(kind: .account, id: enrolment.account.text), tenant: enrolment.tenant,
            action: "member.join", resource: EventResource(type: "member", id: enrolment.member.text),
            outcome: .denied, reason: reason.rawValue)
        try await parts.outbox.record(event, membership.tenantScope)
    }

    /// Judges the password of a new account. One that is refused guesses nothing, so it does not count as an attempt.
    private func newPassword(
        _ text: String, email: EmailAddress, _ invitation: Invitation, _ scope: TenantScope
    ) async throws -> Password {
        let settings = try await OrganisationSettingsCommands(parts: parts).current(scope).settings
        let complaint = parts.passwordRules.complaint(
            about: text, hasSecondFactor: true, email: email, least: settings.minimumPasswordLength)
        guard complaint == nil, let password = try? Password(text) else {
            try await parts.database.execute(
                scope, InvitationStore.takeBackAttempt(invitation.id, tenant: scope.tenant))
            throw Problem.invalidField("/password", complaint ?? "cannot be used")
        }
        return password
    }
}
