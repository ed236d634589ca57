public import Postgres
public import ServiceKit

extension PasswordHasher.Overloaded: ProblemConvertible {
    var problem: Problem {
        .unavailable(
            "sign-in-busy", detail: "too many sign-ins wait at present", retryAfter: retryAfterSeconds)
    }
}

extension PostgresError: ProblemConvertible {
    /// A database that cannot be reached, or a transaction that lost a race, is worth another try; anything else is a
    /// mistake of ours.
    public var problem: Problem {
        if isUnavailability { return .unavailable("database-unavailable", detail: "the database does not answer") }
        if canRunAgain || code == .lockNotAvailable || code == .statementTimeout {
            return .unavailable("contention", detail: "others changed the same at the same time")
        }
        return .internalError
    }
}
