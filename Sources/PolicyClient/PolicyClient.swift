import HTTPTypes
import Logging
public import PolicyCore
public import ServiceKit
public import WireFormat

/// What an enforcing service knows about a resource that it owns.
public typealias ResourceFacts = Resource

/// Asks PolicyEngine on behalf of the user of a call: the user's access token travels beside the service token.
///
/// An answer is for its request only; nothing is kept. No answer, a late one, one that does not verify or one that this
/// version does not understand is a 503 problem, `decision-unavailable`: nothing may be read or changed then.
public struct PolicyClient: Sendable {
    /// The time for a decision, a second attempt included. A healthy engine takes a few milliseconds; a dead one must
    /// not hold a caller for a second.
    public static let deadline: Duration = .milliseconds(800)
    /// Requests of one batch; PolicyEngine takes no more.
    public static let mostEvaluations = 1000

    private let client: ServiceClient
    private let enforcement: Enforcement
    private let questions: QuestionDesk

    /// What the asking service enforces beside yes and no. Whatever needs more is denied.
    public struct Enforcement: Sendable, Hashable {
        /// Obligation types.
        public var obligations: Set<String>
        /// Field masks; `withhold` is leaving out the fields of classes that are not open.
        public var fieldMasks: Set<String>

        /// Capabilities of one's own.
        public init(obligations: Set<String>, fieldMasks: Set<String>) {
            self.obligations = obligations
            self.fieldMasks = fieldMasks
        }

        /// No obligations; fields are withheld.
        public static let standard = Enforcement(obligations: [], fieldMasks: ["withhold"])
    }

    /// A client that asks through `client`, whose callee is PolicyEngine.
    public init(client: ServiceClient, enforcement: Enforcement = .standard) {
        self.client = client
        self.enforcement = enforcement
        questions = QuestionDesk(client: client)
    }

    /// Over which resources the user of `call` may do `action`: a filter for the rows and for each field class.
    ///
    /// A plan without rows is an answer too; `Plan.denial` is the problem to give then.
    public func plan(_ call: Call, action: String, resourceType: String) async throws(Problem) -> Plan {
        let user = try call.user
        var body = question(call, user, action: action)
        body["resource"] = ["type": .string(resourceType)]
        let answer = try await ask(call, user, .plan, .object(body))
        let plan = try read(call) { () throws(WireShapeError) in try Plan(wire: answer) }
        guard plan.action == action, plan.tenant == user.tenant.text else {
            throw unusable(call, "the plan is for another action or tenant")
        }
        guard plan.id != nil, !plan.isSimulated else { throw unusable(call, "the plan is not one to enforce") }
        guard (plan.rows == .none) == (plan.reason != nil) else { throw unusable(call, "rows and reason disagree") }
        return plan
    }

    /// Whether the user of `call` may do `action` to this very resource.
    public func check(_ call: Call, action: String, resource: ResourceFacts) async throws(Problem) -> Decision {
        let user = try call.user
        var body = question(call, user, action: action)
        body["resource"] = resource.question
        let answer = try await ask(call, user, .evaluation, .object(body))
        return try decision(call, answer)
    }

    /// Whether the user of `call` may do `action` to each of these resources, in their order.
    ///
    /// - Parameter time: of the decision. PolicyEngine refuses one that is more than 5 s off, so a call that works for
    ///   longer, such as an import, states the present.
    public func check(
        _ call: Call, action: String, resources: [ResourceFacts], at time: Instant? = nil
    ) async throws(Problem) -> [Decision] {
        var decisions: [Decision] = []
        var rest = resources[...]
        while !rest.isEmpty {
            let batch = rest.prefix(Self.mostEvaluations)
            rest = rest.dropFirst(Self.mostEvaluations)
            decisions += try await evaluations(call, action, Array(batch), at: time ?? call.received)
        }
        return decisions
    }

    private func evaluations(
        _ call: Call, _ action: String, _ resources: [Resource], at time: Instant
    ) async throws(Problem) -> [Decision] {
        let user = try call.user
        var body = question(call, user, action: action, at: time)
        body["evaluations"] = .array(resources.map { ["resource": $0.question] })
        let answer = try await ask(call, user, "/access/v1/evaluations", .object(body))
        guard let items = answer["evaluations"]?.array, items.count == resources.count else {
            throw unusable(call, "the batch has another number of answers than questions")
        }
        var decisions: [Decision] = []
        decisions.reserveCapacity(items.count)
        for item in items { decisions.append(try decision(call, item)) }
        return decisions
    }

    private func question(
        _ call: Call, _ user: AccessToken, action: String, at time: Instant? = nil
    ) -> [String: JSONValue] {
        [
            "subject": ["type": "member", "id": user.subject.wire], "action": ["name": .string(action)],
            "context": [
                "time": (time ?? call.received).wire, "ip": .string(call.clientIP), "request_id": .string(call.id.text),
                "capabilities": [
                    "obligations": JSONValue(enforcement.obligations.sorted()),
                    "field_masks": JSONValue(enforcement.fieldMasks.sorted()),
                ],
            ],
        ]
    }

    /// Asks together with whoever else has a question just now.
    private func ask(
        _ call: Call, _ user: AccessToken, _ kind: Question.Kind, _ body: JSONValue
    ) async throws(Problem) -> JSONValue {
        let question = Question(
            kind: kind, user: user, requestID: call.id, body: body.bytes(),
            end: .now + min(Self.deadline, call.remaining))
        guard question.body.count <= Question.longest else { return try await ask(call, user, kind.path, body) }
        switch await questions.answer(to: question) {
        case .given(let answer): return answer
        case .refused(let status, let problem): throw refusal(call, status, problem)
        case .unusable(let cause): throw unusable(call, cause)
        }
    }

    private func ask(
        _ call: Call, _ user: AccessToken, _ path: String, _ body: JSONValue
    ) async throws(Problem) -> JSONValue {
        let reply: ServiceReply
        do throws(ServiceCallError) {
            // A decision changes nothing, so it may be asked for twice.
            reply = try await client.send(
                .post, path, body: body, userToken: user, requestID: call.id, retry: .idempotent,
                deadline: min(Self.deadline, call.remaining))
            if reply.status == .ok { return try reply.json() }
        } catch {
            throw unusable(call, error.description)
        }
        throw refusal(call, reply.status, reply.problem)
    }

    private func refusal(_ call: Call, _ status: HTTPResponse.Status, _ problem: Problem?) -> Problem {
        // A verified refusal of the user's token: PolicyEngine's copy of the revocation feed is ahead of ours.
        if status == .unauthorized, let problem {
            return problem.adding(header: .wwwAuthenticate, #"Bearer error="invalid_token""#)
        }
        return unusable(call, "PolicyEngine answered \(status.code)")
    }

    private func decision(_ call: Call, _ answer: JSONValue) throws(Problem) -> Decision {
        let decision = try read(call) { () throws(WireShapeError) in try Decision(wire: answer) }
        guard decision.id != nil, !decision.isSimulated else {
            throw unusable(call, "the decision is not one to enforce")
        }
        // In a deny they say what is missing, and there is nothing to enforce.
        guard !decision.isAllowed || decision.obligations.allSatisfy({ enforcement.obligations.contains($0.type) })
        else {
            throw unusable(call, "the decision has an obligation that is not enforced here")
        }
        return decision
    }

    private func read<T>(_ call: Call, _ body: () throws(WireShapeError) -> T) throws(Problem) -> T {
        do throws(WireShapeError) {
            return try body()
        } catch {
            throw unusable(call, error.cause)
        }
    }

    private func unusable(_ call: Call, _ cause: String) -> Problem {
        call.logger.error("no decision", metadata: ["cause": .string(cause)])
        return .decisionUnavailable
    }
}

extension Problem {
    /// 503: PolicyEngine gave no answer that can be believed in time. Nothing was read or changed.
    public static let decisionUnavailable = Problem.unavailable(
        "decision-unavailable", detail: "it cannot be decided at present whether this is allowed")
}
