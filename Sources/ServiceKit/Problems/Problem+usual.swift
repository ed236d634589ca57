import HTTPTypes
public import WireFormat

extension Problem {
    /// 400: the request as a whole cannot be read.
    public static func badRequest(_ detail: String, code: String = "bad-request", errors: [FieldError] = []) -> Problem
    {
        Problem(.badRequest, code, title: "The request cannot be read", detail: detail, errors: errors)
    }

    /// 400: the body is not JSON.
    public static func malformedBody(_ detail: String, pointer: String = "") -> Problem {
        Problem(
            .badRequest, "malformed-body", title: "The body cannot be read", detail: detail,
            errors: [FieldError(pointer: pointer, detail: detail)])
    }

    /// 400: a query parameter is unknown, repeated or has no such value. The pointer is `/query/` and its name.
    public static func invalidQuery(_ name: String, _ detail: String) -> Problem {
        let pointer = JSONPointer.appending(name, to: "/query")
        return Problem(
            .badRequest, "invalid-query", title: "A query parameter is wrong", detail: "`\(name)`: \(detail)",
            errors: [FieldError(pointer: pointer, detail: detail)])
    }

    /// 422: the body is JSON, its fields are wrong.
    public static func invalidFields(_ errors: [FieldError]) -> Problem {
        Problem(
            .unprocessableContent, "invalid-fields", title: "Some fields are wrong",
            detail: errors.first.map { "\($0.pointer): \($0.detail)" }, errors: errors)
    }

    /// 422: one field is wrong.
    public static func invalidField(_ pointer: String, _ detail: String) -> Problem {
        .invalidFields([FieldError(pointer: pointer, detail: detail)])
    }

    /// 401: no token, or one that does not verify.
    public static func unauthenticated(_ detail: String, code: String = "unauthenticated") -> Problem {
        Problem(
            .unauthorized, code, title: "The caller is not authenticated", detail: detail,
            headers: [.wwwAuthenticate: "Bearer"])
    }

    /// 401: the caller is known, and has to authenticate more strongly or anew first (RFC 9470 §3).
    ///
    /// - Parameters:
    ///   - acrValues: the `acr` values that will do; none when only the age counts.
    ///   - maximumAge: how old the authentication may be, in whole seconds.
    public static func insufficientAuthentication(
        acrValues: [String], maximumAge: Duration?, detail: String? = nil
    ) -> Problem {
        var challenge = #"Bearer error="insufficient_user_authentication""#
        var members: [String: JSONValue] = ["error": "insufficient_user_authentication"]
        if !acrValues.isEmpty {
            challenge += ", acr_values=\"\(acrValues.joined(separator: " "))\""
            members["acr_values"] = .string(acrValues.joined(separator: " "))
        }
        if let seconds = maximumAge?.components.seconds {
            challenge += ", max_age=\"\(seconds)\""
            members["max_age"] = .integer(seconds)
        }
        return Problem(
            .unauthorized, "insufficient-user-authentication", title: "Authenticate again first",
            detail: detail ?? "this needs a stronger or a more recent authentication; step up and try again",
            members: members, headers: [.wwwAuthenticate: challenge])
    }

    /// 403: the caller is known and may not; `code` says why, such as `no-grant`.
    public static func forbidden(
        _ code: String = "forbidden", detail: String? = nil, members: [String: JSONValue] = [:]
    ) -> Problem {
        Problem(.forbidden, code, title: "The caller may not do this", detail: detail, members: members)
    }

    /// 404: there is nothing here that the caller may know of.
    public static func notFound(_ detail: String? = nil) -> Problem {
        Problem(.notFound, "not-found", title: "There is nothing here", detail: detail)
    }

    /// 409: the request contradicts what is there.
    public static func conflict(_ code: String = "conflict", detail: String, errors: [FieldError] = []) -> Problem {
        Problem(.conflict, code, title: "The request contradicts the present state", detail: detail, errors: errors)
    }

    /// 412: the representation has changed since the caller saw it.
    public static let stale = Problem(
        .preconditionFailed, "stale", title: "The representation has changed",
        detail: "`If-Match` names a version that is no longer the present one")

    /// 428: a change needs `If-Match`.
    public static let preconditionRequired = Problem(
        .preconditionRequired, "precondition-required", title: "`If-Match` is needed",
        detail: "send the `ETag` of the representation that the change is made to as `If-Match`")

    /// 413: the body is longer than the route takes.
    public static func tooLarge(limit: Int) -> Problem {
        Problem(
            .contentTooLarge, "body-too-large", title: "The body is too long",
            detail: "at most \(limit) bytes are taken here",
            errors: [FieldError(pointer: "", detail: "longer than \(limit) bytes")])
    }

    /// 415: the body is of another type than the route takes.
    public static func unsupportedMediaType(expected: String) -> Problem {
        Problem(
            .unsupportedMediaType, "unsupported-media-type", title: "The content type is not taken here",
            detail: "send `Content-Type: \(expected)`", headers: [.accept: expected])
    }

    /// 429: too many requests; say when to come back.
    public static func tooManyRequests(retryAfter seconds: Int, detail: String? = nil) -> Problem {
        Problem(
            .tooManyRequests, "too-many-requests", title: "Too many requests", detail: detail,
            headers: [.retryAfter: String(seconds)])
    }

    /// 503: not now.
    public static func unavailable(
        _ code: String = "unavailable", detail: String? = nil, retryAfter seconds: Int = 1
    ) -> Problem {
        Problem(
            .serviceUnavailable, code, title: "The service cannot answer now", detail: detail,
            headers: [.retryAfter: String(seconds)])
    }

    /// 503: the handler ran into its time limit.
    public static let timeLimit = Problem.unavailable(
        "time-limit", detail: "the request was stopped at its time limit")

    /// 500: a mistake of ours; the log has the cause under the request id.
    public static let internalError = Problem(
        .internalServerError, "internal-error", title: "The service made a mistake",
        detail: "report the request id")
}
