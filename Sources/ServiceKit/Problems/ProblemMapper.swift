import HTTPTypes
import Logging
import WireFormat

/// The one place that turns errors into answers.
enum ProblemMapper {
    /// The problem of an error. What no part of the service claims is a mistake of ours: the log has the cause, the
    /// caller the request id.
    static func problem(for error: any Error, requestID: RequestID, logger: Logger) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case let convertible as any ProblemConvertible:
            let problem = convertible.problem
            if problem.status.kind == .serverError {
                logger.warning(
                    "request failed",
                    metadata: [
                        "request_id": .string(requestID.text), "code": .string(problem.code),
                        "cause": .string(String(describing: error)),
                    ])
            }
            return problem
        case is CancellationError: return .unavailable("stopped", detail: "the request was stopped")
        default:
            logger.error(
                "request failed",
                metadata: [
                    "request_id": .string(requestID.text), "error": .string(String(reflecting: type(of: error))),
                    "cause": .string(String(describing: error)),
                ])
            return .internalError
        }
    }

    /// A problem as an answer.
    static func reply(for problem: Problem, requestID: RequestID) -> Reply {
        var headers = problem.headers
        headers[.contentType] = "application/problem+json"
        return Reply(status: problem.status, headers: headers, body: problem.wire(requestID: requestID).bytes())
    }
}
