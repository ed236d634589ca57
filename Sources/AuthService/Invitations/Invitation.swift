import WireFormat

/// An invitation whose link somebody followed.
struct Invitation: Sendable {
    /// The page that its link leads to.
    static let page = "accept-invitation"
    /// Wrong passwords of an existing account that may be tried with it.
    static let mostAttempts = 10

    let id: UUIDv7
    let member: UUIDv7
}

/// An accepted invitation whose second factor has not proved itself yet.
struct Enrolment: Sendable {
    /// How long a person has to set the authenticator app up.
    static let lifetime: Duration = .seconds(1800)
    /// Codes that may be tried.
    static let mostAttempts = 10

    let tenant: TenantID
    let id: UUIDv7
    let member: UUIDv7
    let account: UUIDv7
    /// What a new account is made of; nil when the account is there already.
    let credentials: Credentials?

    /// A new account's password and factor.
    struct Credentials: Sendable {
        let passwordHash: String
        let sealedSecret: [UInt8]
    }
}
