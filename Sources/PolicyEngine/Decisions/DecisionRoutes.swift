import Logging
import ServiceKit
import WireFormat

/// The decision API: AuthZEN 1.0 beside `/v1/plan`.
struct DecisionRoutes: Sendable {
    /// The enforcement points of this product.
    static let callers: [ServiceName] = [.hr, .auth, .audit]
    /// Longer than any evaluation; a caller waits 800 ms.
    static let timeLimit: Duration = .seconds(2)
    /// A thousand decisions with all their field classes, on a busy machine.
    static let batchTimeLimit: Duration = .seconds(10)
    /// A public question is about one resource.
    static let publicLimit = 64 << 10

    let point: DecisionPoint
    let metrics: DecisionMetrics

    /// For enforcement points: with the user's token beside the service token.
    var internalRoutes: [Route] {
        let access = Access.service(callers: Self.callers, user: .required)
        return [
            Route(.post, "/access/v1/evaluation", access: access, body: .json, timeLimit: Self.timeLimit) { call in
                try answer(call, service: try call.service) { body, asker throws(Refusal) in
                    try point.evaluate(body, from: asker)
                }
            },
            Route(.post, "/access/v1/evaluations", access: access, body: .json, timeLimit: Self.batchTimeLimit) {
                call in
                try answer(call, service: try call.service) { body, asker throws(Refusal) in
                    try point.evaluateBatch(body, from: asker)
                }
            },
            Route(.post, "/v1/plan", access: access, body: .json, timeLimit: Self.timeLimit) { call in
                try answer(call, service: try call.service) { body, asker throws(Refusal) in
                    try point.plan(body, from: asker)
                }
            },
        ]
    }

    /// For people and their programs: about themselves, without a word about resources that services own.
    var publicRoutes: [Route] {
        [
            Route(
                .post, "/access/v1/evaluation",
                access: .signedIn(
                    because: "everybody may ask what they themselves may do; another subject needs a grant"),
                body: .json(limit: Self.publicLimit), timeLimit: Self.timeLimit
            ) { call in
                try answer(call, service: nil) { body, asker throws(Refusal) in try point.evaluate(body, from: asker) }
            }
        ]
    }

    private func answer(
        _ call: Call, service: ServiceName?, _ question: (JSONValue, Asker) throws(Refusal) -> JSONValue
    ) throws(Problem) -> Reply {
        let asker = try Asker(call, service: service)
        do throws(Refusal) {
            return .json(try question(try Self.body(of: call), asker))
        } catch {
            metrics.countRefusal()
            call.logger.info(
                "decision request refused",
                metadata: ["cause": .string(error.message), "caller": .string(service?.text ?? "public")])
            return error.reply
        }
    }

    /// The body as strict JSON.
    static func body(of call: Call) throws(Refusal) -> JSONValue {
        do throws(JSONParseError) {
            return try JSONValue.parse(call.body)
        } catch {
            throw .malformed("the body is not strict JSON: \(error.description)")
        }
    }
}
