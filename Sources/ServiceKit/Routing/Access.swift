/// Who may call a route. Every route says so; the dispatcher enforces what needs no policy, the handler the rest.
public enum Access: Sendable {
    /// Anybody, for a reason that a reviewer can judge.
    case open(because: StaticString)
    /// A user with a valid access token; the handler asks the policy decision point about this action.
    case user(action: String)
    /// Any user with a valid access token, and no policy action, for a reason that a reviewer can judge.
    case signedIn(because: StaticString)
    /// These services, by a service token, on the internal listener; with or without a user's token beside it.
    case service(callers: [ServiceName], user: UserRule)
}

/// Whether a call between services must carry a user's access token.
public enum UserRule: Sendable {
    /// The service calls for itself; an `Authorization` field is not read.
    case none
    /// The service calls for a user, whose token is verified here too.
    case required
}

/// What a route takes as its body.
public enum BodyRule: Sendable, Hashable {
    /// The contract's limit of a body (DESIGN §8): 1 MiB.
    public static let standardLimit = 1 << 20

    /// No body.
    case none
    /// `application/json` of at most so many bytes.
    case json(limit: Int)
    /// `application/x-www-form-urlencoded` of at most so many bytes.
    case form(limit: Int)
    /// `text/csv` in UTF-8 of at most so many bytes.
    case csv(limit: Int)

    /// `application/json` of at most 1 MiB.
    public static let json = BodyRule.json(limit: standardLimit)
    /// A form of at most 64 KiB: it holds credentials, not data.
    public static let form = BodyRule.form(limit: 64 << 10)

    /// Most bytes.
    var limit: Int {
        switch self {
        case .none: 0
        case .json(let limit), .form(let limit), .csv(let limit): limit
        }
    }

    /// The content type; nil when there is no body.
    var mediaType: String? {
        switch self {
        case .none: nil
        case .json: "application/json"
        case .form: "application/x-www-form-urlencoded"
        case .csv: "text/csv"
        }
    }
}
