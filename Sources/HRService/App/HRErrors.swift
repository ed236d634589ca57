public import KeyVault
public import PolicySQL
public import Postgres
public import ServiceKit

// Errors of the libraries below that a caller can be told something about. Everything else is a mistake of ours: 500.

extension PostgresError: ProblemConvertible {
    /// 503 when the database is not to be had, 409 when others were in the way; otherwise a mistake of ours.
    public var problem: Problem {
        if isUnavailability || code == .statementTimeout || code == .canceled {
            return .unavailable("database-unavailable", detail: "the database cannot answer now")
        }
        if canRunAgain || code == .lockNotAvailable {
            return .conflict("concurrent-change", detail: "somebody else changed the same records; try again")
        }
        return .internalError
    }
}

extension KeyVaultError: ProblemConvertible {
    /// 409 for a person whose key was destroyed; otherwise a mistake of ours.
    public var problem: Problem {
        switch code {
        case .personErased: .conflict("person-erased", detail: "the person was erased; nothing can be kept about him")
        default: .internalError
        }
    }
}

extension FilterRenderError: ProblemConvertible {
    /// 503: a filter that cannot be applied is no answer, and nothing is read or changed (DESIGN §2).
    public var problem: Problem {
        .unavailable("decision-unavailable", detail: "it cannot be decided at present whether this is allowed")
    }
}
