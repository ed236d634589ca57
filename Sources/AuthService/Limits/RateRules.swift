/// The rules of sign-in. Shared by all copies, since they count in the database.
///
/// Passwords and codes are counted apart, and each by account, by address and by organisation. A device that the account
/// has signed in from all the way is counted alone instead of with the account's strangers.
struct RateRules: Sendable {
    /// Passwords tried on one account, known or not, by devices that it does not know: more than a person mistypes; after
    /// that a guesser gets four an hour.
    var signInByAccount = BackoffRule(
        name: "password-account", free: 10, firstDelay: .seconds(2), longestDelay: .seconds(900),
        quiet: .seconds(86_400))
    /// Passwords tried on a device that the account knows.
    var signInByDevice = BackoffRule(
        name: "password-device", free: 10, firstDelay: .seconds(2), longestDelay: .seconds(900),
        quiet: .seconds(86_400))
    /// Passwords tried from one address: an office behind one address at nine o'clock, not a list of leaked passwords.
    var signInByAddress = RateRule(name: "password-address", burst: 600, interval: .milliseconds(100))
    /// Passwords tried on one organisation by devices that their accounts do not know: one password tried on everybody
    /// from many addresses.
    var signInByOrganisation = RateRule(name: "password-organisation", burst: 3000, interval: .milliseconds(50))

    /// Codes tried on one account by devices that it does not know: of a million codes three are good at a time.
    var codeByAccount = BackoffRule(
        name: "code-account", free: 10, firstDelay: .seconds(30), longestDelay: .seconds(900), quiet: .seconds(86_400))
    /// Codes tried on a device that the account knows.
    var codeByDevice = BackoffRule(
        name: "code-device", free: 10, firstDelay: .seconds(30), longestDelay: .seconds(900), quiet: .seconds(86_400))
    /// Codes tried from one address.
    var codeByAddress = RateRule(name: "code-address", burst: 600, interval: .milliseconds(100))
    /// Codes tried on one organisation.
    var codeByOrganisation = RateRule(name: "code-organisation", burst: 3000, interval: .milliseconds(50))

    /// Tokens asked for from one address: a service or an office that refreshes, not a search for a token.
    var tokenByAddress = RateRule(name: "token-address", burst: 1200, interval: .milliseconds(50))
    /// Authorizations begun from one address: an office that opens its applications in the morning, not a full table.
    var authorizationByAddress = RateRule(name: "authorization-address", burst: 600, interval: .milliseconds(100))
    /// Invitations tried from one address.
    var invitationByAddress = RateRule(name: "invitation-address", burst: 600, interval: .milliseconds(100))

    /// Invitations sent to one address by one organisation: the first one, and some that came too late. More is somebody
    /// filling a mailbox.
    var invitationByAddressee = RateRule(name: "invitation-addressee", burst: 5, interval: .seconds(600))

    /// Links asked for, and tried, from one address.
    var resetByAddress = RateRule(name: "reset-address", burst: 60, interval: .seconds(10))
    /// Links sent to one account: a person looks into the wrong folder first; more is somebody filling a mailbox.
    var resetByAccount = RateRule(name: "reset-account", burst: 3, interval: .seconds(1200))

    /// The defaults.
    static let standard = RateRules()
}
