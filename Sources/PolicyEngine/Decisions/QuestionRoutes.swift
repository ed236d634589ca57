import Logging
import ServiceKit
import WireFormat

/// Where enforcement points ask for several users in one signed call. Each question is answered as its own route would
/// answer it: for the user whose token stands beside it, under its own request id.
struct QuestionRoutes: Sendable {
    /// After so many answers others on the same event loop get their turn.
    private static let answersInTurn = 8

    let point: DecisionPoint
    let metrics: DecisionMetrics
    let verifier: any AccessTokenVerifier

    /// The route.
    var internalRoutes: [Route] {
        [
            Route(
                .post, "/internal/v1/questions", access: .service(callers: DecisionRoutes.callers, user: .none),
                body: .json(limit: QuestionGroup.bodyLimit), timeLimit: DecisionRoutes.timeLimit, handler: answer)
        ]
    }

    @Sendable private func answer(_ call: Call) async throws -> Reply {
        let service = try call.service
        let group: QuestionGroup
        do throws(Refusal) {
            group = try QuestionGroup(try DecisionRoutes.body(of: call))
        } catch {
            note(error, call.id, service, call)
            return error.reply
        }
        var users: [Result<AccessToken, Problem>] = []
        users.reserveCapacity(group.tokens.count)
        for token in group.tokens {
            do throws(Problem) {
                users.append(.success(try await verifier.verify(token)))
            } catch {
                users.append(.failure(error))
            }
        }
        var answers: [JSONValue] = []
        answers.reserveCapacity(group.questions.count)
        for question in group.questions {
            answers.append(answer(to: question, users[question.token], service, call))
            if answers.count.isMultiple(of: Self.answersInTurn) { await Task.yield() }
        }
        return .json(["answers": .array(answers)])
    }

    private func answer(
        to question: QuestionGroup.Question, _ user: Result<AccessToken, Problem>, _ service: ServiceName, _ call: Call
    ) -> JSONValue {
        switch user {
        case .failure(let problem):
            return Self.part(problem.status.code, problem.wire(requestID: question.requestID))
        case .success(let token):
            let asker = Asker(
                token: token, service: service, ip: call.clientIP, requestID: question.requestID, now: call.received)
            do throws(Refusal) {
                switch question.kind {
                case .plan: return Self.part(200, try point.plan(question.body, from: asker))
                case .evaluation: return Self.part(200, try point.evaluate(question.body, from: asker))
                }
            } catch {
                note(error, question.requestID, service, call)
                return Self.part(error.kind.rawValue, .string(error.message))
            }
        }
    }

    private func note(_ refusal: Refusal, _ requestID: RequestID, _ service: ServiceName, _ call: Call) {
        metrics.countRefusal()
        var logger = call.logger
        logger[metadataKey: "request_id"] = .string(requestID.text)
        logger.info(
            "decision request refused",
            metadata: ["cause": .string(refusal.message), "caller": .string(service.text)])
    }

    private static func part(_ status: Int, _ body: JSONValue) -> JSONValue {
        ["body": body, "status": .integer(Int64(status))]
    }
}
