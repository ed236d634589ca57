import WireFormat

/// Somebody who takes part in the demo, with all that she knows of herself.
struct Persona: Sendable {
    /// The organisation's folder in `demo/`.
    let organisation: String
    /// Her number in the CSV.
    let employeeNumber: String
    /// What she signs in with.
    let email: String
    /// Chosen when she accepted her invitation.
    let password: String
    /// The base32 secret in her authenticator.
    let secret: String
    /// Her id as a member.
    let member: String
    /// Her employee record.
    var employee: String = ""
    /// Her access token.
    var token: String = ""
    /// Her refresh token.
    var refreshToken: String = ""
}
