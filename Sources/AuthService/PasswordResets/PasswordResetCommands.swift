import AuditClient
import AuditCore
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// A new password for somebody who has the account's mailbox: a link, then the password. It signs nobody in, and the
/// second factor stays as it is.
struct PasswordResetCommands: Sendable {
    let parts: AuthParts

    private var store: PasswordResetStore { PasswordResetStore(database: parts.database, system: parts.system) }
    private var trail: PasswordResetTrail { PasswordResetTrail(outbox: parts.outbox) }

    /// Somebody's wish for a link, before anybody has looked whether there is such an account.
    struct Wish: Sendable {
        fileprivate let index: [UInt8]
        fileprivate let call: Call
    }

    // MARK: Asking

    /// Counts the request, and nothing more: known and unknown addresses differ in nothing that the caller sees or can
    /// time, since ``grant(_:)`` comes after the answer.
    func ask(_ request: PasswordResetRequest, _ call: Call) async throws -> Wish {
        guard parts.mail != nil else { throw Problem.mailMissing }
        try await parts.limiter.admit(parts.rules.resetByAddress, key: call.addressKey, now: parts.now())
        // What cannot be an address has no account; all such are one.
        let email = EmailAddress(request.email.reveal()) ?? .placeholder
        return Wish(index: try await parts.secrets.accountIndex(email), call: call)
    }

    /// Sends a link when there is such an account, to the address that the account has: not to the one that was typed,
    /// which may only look the same.
    func grant(_ wish: Wish) async throws {
        guard let mail = parts.mail else { return }
        let now = parts.now()
        guard let account = try await parts.accounts.find(emailIndex: wish.index) else {
            return try await trail.record(
                trail.events(PasswordResetTrail.request, nil, [], .unknownAccount, wish.call))
        }
        let memberships = try await parts.accounts.memberships(of: account.id)
        func refuse(_ reason: PasswordResetTrail.Reason) async throws {
            try await trail.record(
                trail.events(PasswordResetTrail.request, account.id, memberships, reason, wish.call))
        }
        guard account.passwordHash != nil else { return try await refuse(.noPassword) }
        guard try await parts.limiter.admits(parts.rules.resetByAccount, key: wish.index, now: now) else {
            return try await refuse(.tooMany)
        }
        guard let sealed = try await parts.accounts.sealedEmail(of: account.id) else { return }
        let email = try await parts.secrets.openAccountEmail(sealed, account: account.id)
        let link = try await mail.mailedLink(.reset, page: PasswordReset.page, now: now) { link in
            try MailTexts.reset(to: email, link: link)
        }
        let events = trail.events(PasswordResetTrail.request, account.id, memberships, nil, wish.call)
        try await parts.database.transaction(events[0].scope) { transaction in
            _ = try await transaction.pipeline([
                PasswordResetStore.lock(account: account.id),
                PasswordResetStore.voidAll(of: account.id, now: now),
                PasswordResetStore.insert(.generate(at: now), account: account.id, link, now: now),
            ])
            try await link.letter.post(in: transaction)
            try await parts.outbox.record(events[0].event, in: transaction)
        }
        try await trail.record(events.dropFirst())
    }

    // MARK: Setting

    /// Sets the password, and ends whatever the old one had opened: sessions everywhere, half sign-ins, known devices.
    func confirm(_ request: PasswordResetConfirmation, _ call: Call) async throws {
        let now = parts.now()
        try await parts.limiter.admit(parts.rules.resetByAddress, key: call.addressKey, now: now)
        guard let token = OpaqueToken(request.token.reveal(), kind: .reset),
            let reset = try await store.find(hash: token.hash, now: now)
        else { throw Problem.invalidReset }
        let email = try await parts.secrets.openAccountEmail(reset.sealedEmail, account: reset.account)
        let memberships = try await parts.accounts.memberships(of: reset.account)
        let password = try await newPassword(
            request.password.reveal(), of: reset.account, email: email,
            least: OrganisationSettingsCommands(parts: parts).longestMinimum(of: memberships))
        let hash = try await parts.passwords.hash(password)
        let notice = try await parts.mail?.letter(
            MailTexts.passwordChanged(to: email), now: now, expires: now.adding(MailTexts.noticeLifetime))
        let events = trail.events(PasswordResetTrail.reset, reset.account, memberships, nil, call)
        try await parts.database.transaction(events[0].scope) { transaction in
            guard try await transaction.execute(PasswordResetStore.consume(reset.id, now: now)) == 1 else {
                throw Problem.invalidReset
            }
            _ = try await transaction.pipeline([
                // A sign-in that is just opening a session holds its challenge and then wants the account: it is waited
                // for, and what it opened is among the sessions below. A challenge that was made meanwhile goes with
                // the second look; after the change of the password none is made for the old one.
                SignInStore.dropAll(of: reset.account),
                AccountStore.setPassword(hash, of: reset.account),
                SignInStore.dropAll(of: reset.account),
                KnownDeviceStore.forgetAll(of: reset.account),
                RateLimiter.forget(parts.rules, of: reset.account, device: nil),
                SessionStore.lockLiving(of: reset.account, at: now),
            ])
            let ended = try await EndedSessions.endAll(
                of: reset.account, because: .passwordReset, at: now, in: transaction)
            try await notice?.post(in: transaction)
            try await parts.outbox.record(events[0].event, in: transaction)
            _ = try await transaction.pipeline(ended.revocation)
        }
        try await trail.record(events.dropFirst())
    }

    /// Judges the password; a link whose password is refused stays good.
    private func newPassword(
        _ text: String, of account: UUIDv7, email: EmailAddress, least: Int
    ) async throws -> Password {
        let complaint = parts.passwordRules.complaint(
            about: text, hasSecondFactor: try await parts.accounts.hasSecondFactor(account), email: email,
            least: least)
        guard complaint == nil, let password = try? Password(text) else {
            throw Problem.invalidField("/password", complaint ?? "cannot be used")
        }
        return password
    }
}
