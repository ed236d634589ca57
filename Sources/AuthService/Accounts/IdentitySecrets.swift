import KeyVault
import Postgres
import WireFormat

/// Everything of this service that is sealed, and under which key: account data and signing keys under the tenant
/// `system`, what an organisation knows of its members under the organisation's own.
struct IdentitySecrets: Sendable {
    let vault: KeyVault
    let system: SystemScope

    // MARK: Accounts

    /// For finding an account by its address.
    func accountIndex(_ email: EmailAddress) async throws -> [UInt8] {
        try await vault.index(email.comparable, column: "account.email", scope: system)
    }

    func sealAccountEmail(_ email: EmailAddress, account: UUIDv7) async throws -> [UInt8] {
        try await vault.seal(
            Array(email.reveal().utf8), SealContext(system, table: "account", column: "email", row: account),
            person: account)
    }

    func openAccountEmail(_ sealed: [UInt8], account: UUIDv7) async throws -> EmailAddress {
        let bytes = try await vault.open(sealed, SealContext(system, table: "account", column: "email", row: account))
        guard let email = EmailAddress(String(decoding: bytes, as: UTF8.self)) else {
            throw DamagedRow(table: "account")
        }
        return email
    }

    func sealTOTPSecret(_ secret: [UInt8], account: UUIDv7) async throws -> [UInt8] {
        try await vault.seal(
            secret, SealContext(system, table: "totp", column: "secret", row: account), person: account)
    }

    func openTOTPSecret(_ factor: TOTPFactor) async throws -> [UInt8] {
        try await vault.open(
            factor.sealedSecret, SealContext(system, table: "totp", column: "secret", row: factor.account))
    }

    // MARK: Mail

    /// Mail goes to addresses that may have no account, and is gone soon: it is under the key of the tenant `system`.
    func sealMail(_ message: MailMessage, id: UUIDv7) async throws -> [UInt8] {
        try await vault.seal(
            message.wire.bytes(), SealContext(system, table: "mail", column: "message", row: id), person: nil)
    }

    /// Nil when what was sealed is no mail.
    func openMail(_ sealed: [UInt8], id: UUIDv7) async throws -> MailMessage? {
        let bytes = try await vault.open(sealed, SealContext(system, table: "mail", column: "message", row: id))
        return (try? JSONValue.parse(bytes)).flatMap { MailMessage(wire: $0) }
    }

    // MARK: Signing keys

    func sealSigningKey(_ der: [UInt8], id: UUIDv7) async throws -> [UInt8] {
        try await vault.seal(
            der, SealContext(system, table: "signing_key", column: "private_key", row: id), person: nil)
    }

    func openSigningKey(_ sealed: [UInt8], id: UUIDv7) async throws -> [UInt8] {
        try await vault.open(sealed, SealContext(system, table: "signing_key", column: "private_key", row: id))
    }

    // MARK: Members

    /// For finding a member by address within one organisation.
    func memberIndex(_ email: EmailAddress, _ scope: TenantScope) async throws -> [UInt8] {
        try await vault.index(email.comparable, column: "member.email", scope: scope)
    }

    func sealMemberEmail(_ email: EmailAddress, member: UUIDv7, _ scope: TenantScope) async throws -> [UInt8] {
        try await vault.seal(
            Array(email.reveal().utf8), SealContext(scope, table: "member", column: "email", row: member),
            person: member)
    }

    func openMemberEmail(_ sealed: [UInt8], member: UUIDv7, _ scope: TenantScope) async throws -> EmailAddress {
        let bytes = try await vault.open(sealed, SealContext(scope, table: "member", column: "email", row: member))
        guard let email = EmailAddress(String(decoding: bytes, as: UTF8.self)) else {
            throw DamagedRow(table: "member")
        }
        return email
    }

    /// The addresses of a page of members, with one query for all keys. A member whose key was erased has none.
    func openMemberEmails(_ members: [Member], _ scope: TenantScope) async throws -> [UUIDv7: EmailAddress] {
        let opener = try await vault.opener(scope: scope, persons: members.map(\.id))
        var emails: [UUIDv7: EmailAddress] = [:]
        for member in members {
            do {
                let context = SealContext(scope, table: "member", column: "email", row: member.id)
                emails[member.id] = EmailAddress(
                    String(decoding: try opener.open(member.sealedEmail, context), as: UTF8.self))
            } catch {
                guard error.code == .personErased else { throw error }
            }
        }
        return emails
    }

    // MARK: Enrolments

    func sealEnrolmentSecret(_ secret: [UInt8], enrolment: UUIDv7, _ scope: TenantScope) async throws -> [UInt8] {
        try await vault.seal(
            secret, SealContext(scope, table: "enrolment", column: "secret", row: enrolment), person: nil)
    }

    func openEnrolmentSecret(_ sealed: [UInt8], enrolment: UUIDv7, _ scope: TenantScope) async throws -> [UInt8] {
        try await vault.open(sealed, SealContext(scope, table: "enrolment", column: "secret", row: enrolment))
    }
}
