public import IdentityCore
public import Postgres
public import ServiceKit

extension PasswordHasher.Overloaded: ProblemConvertible {
    var problem: Problem {
        .unavailable(
            "sign-in-busy", detail: "too many sign-ins wait at present", retryAfter: retryAfterSeconds)
    }
}

extension InsufficientAuthentication: ProblemConvertible {
    /// 401 with what would do (RFC 9470 §3).
    public var problem: Problem {
        .insufficientAuthentication(acrValues: demand.acrValues, maximumAge: demand.maximumAge)
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
