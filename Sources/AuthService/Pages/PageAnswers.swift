import Logging
import ServiceKit

/// What all pages have in common: the guard before what changes something, and a page for what goes wrong.
struct PageAnswers: Sendable {
    let templates: PageTemplates
    let pageGuard: PageGuard

    /// The pages of a service: they are ours wherever the issuer or the links of mails say that we are.
    init(templates: PageTemplates, _ parts: AuthParts) {
        self.templates = templates
        pageGuard = PageGuard(of: [parts.issuer.issuer, parts.mail?.linkBase].compactMap { $0 })
    }

    /// Answers a call of a page. A request by POST has to come from a page of ours.
    func answer(_ call: Call, _ body: () async throws -> Reply) async throws -> Reply {
        do {
            if call.method != .get { try pageGuard.admit(call) }
            return try await body()
        } catch let problem as Problem {
            return failure(problem)
        } catch let error as any ProblemConvertible {
            call.logger.warning("a page failed", metadata: ["cause": .string(String(describing: error))])
            return failure(error.problem)
        }
    }

    /// A page that says what went wrong.
    func failure(_ problem: Problem) -> Reply {
        templates.reply(
            Page(
                template: .message, title: problem.title, status: problem.status, alert: Self.text(problem),
                headers: problem.headers))
    }

    /// What a person is told of a problem: the same as the JSON interface says.
    static func text(_ problem: Problem) -> String {
        if problem.status == .tooManyRequests, let seconds = problem.headers[.retryAfter] {
            return "\(problem.title). Try again in \(seconds) seconds."
        }
        let text = problem.detail ?? problem.title
        return text.prefix(1).uppercased() + text.dropFirst() + (text.hasSuffix(".") ? "" : ".")
    }
}
