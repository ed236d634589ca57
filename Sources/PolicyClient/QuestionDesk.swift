import Gathering
import HTTPTypes
import ServiceKit
import WireFormat

/// Brings questions to PolicyEngine: those that come while a call is out go together in the next one, so that under
/// load the price of a signed call is shared. Each has its own user's token, time and answer; nothing is kept.
struct QuestionDesk: Sendable {
    /// While groups are being decided the next are on their way: with two, a burst of eight waits twice as long as with
    /// four, and at full load four are still groups of eight.
    private static let callsAtOnce = 4
    /// Some milliseconds of PolicyEngine's time; what a lost call loses.
    private static let questionsInCall = 32
    /// More than the requests that a service works on at once: whoever is refused here was not admitted there.
    private static let mostWaiting = 4096
    /// With less time than this left a question is not asked any more.
    private static let leastTime: Duration = .milliseconds(5)
    private static let path = "/internal/v1/questions"

    private let gatherer: Gatherer<Int, Question, QuestionAnswer>

    /// A desk that asks through `client`, whose callee is PolicyEngine.
    init(client: ServiceClient) {
        gatherer = Gatherer(
            limits: .init(
                groupsAtOnce: Self.callsAtOnce, itemsInGroup: Self.questionsInCall, waiting: Self.mostWaiting),
            executor: EventLoopExecutor.shared
        ) { _, questions in await Self.ask(questions, client) }
    }

    /// The answer, or why there is none.
    func answer(to question: Question) async -> QuestionAnswer {
        await gatherer.submit(question, for: 0) ?? .unusable("too many questions wait")
    }

    private static func ask(_ questions: [Question], _ client: ServiceClient) async -> [QuestionAnswer] {
        let now = ContinuousClock.now
        var answers = [QuestionAnswer](repeating: .unusable("no answer in time"), count: questions.count)
        let asked = questions.indices.filter { questions[$0].end - now >= leastTime }
        guard let end = asked.map({ questions[$0].end }).max() else { return answers }
        let parts: [QuestionAnswer]
        do throws(ServiceCallError) {
            // A decision changes nothing, so it may be asked for twice.
            let reply = try await client.send(
                .post, path, bytes: QuestionText.body(of: asked.map { questions[$0] }),
                headers: [.contentType: "application/json"], requestID: .generate(), retry: .idempotent,
                deadline: end - now)
            parts = try read(reply, count: asked.count)
        } catch {
            parts = Array(repeating: .unusable(error.description), count: asked.count)
        }
        let answered = ContinuousClock.now
        for (place, part) in zip(asked, parts) where questions[place].end > answered { answers[place] = part }
        return answers
    }

    private static func read(_ reply: ServiceReply, count: Int) throws(ServiceCallError) -> [QuestionAnswer] {
        guard reply.status == .ok else { return Array(repeating: .refused(reply.status, nil), count: count) }
        guard let parts = try reply.json()["answers"]?.array, parts.count == count else {
            return Array(repeating: .unusable("another number of answers than questions"), count: count)
        }
        return parts.map { part in
            guard let code = part["status"]?.integer, (200..<600).contains(code), let body = part["body"] else {
                return .unusable("an answer without status or body")
            }
            let status = HTTPResponse.Status(code: Int(code))
            return status == .ok ? .given(body) : .refused(status, reply.part(status: status, body: body).problem)
        }
    }
}

/// The text of a call with several questions: `{"questions": [{"as", "body", "kind", "request_id"}], "tokens": […]}`.
/// A token that several have in common is sent once.
enum QuestionText {
    /// Writes the text. INVARIANT: what is not JSON already needs no escape: kinds are ours, a ``RequestID`` has letters,
    /// digits, `.`, `_` and `-`, and a verified token is in compact form.
    static func body(of questions: [Question]) -> [UInt8] {
        var tokens: [String] = []
        var places: [String: Int] = [:]
        var text: [UInt8] = []
        text.reserveCapacity(questions.reduce(1 << 10) { $0 + $1.body.count + 128 })
        text.append(contentsOf: #"{"questions":["#.utf8)
        for (index, question) in questions.enumerated() {
            let compact = question.user.compact.reveal()
            let place = places[compact] ?? tokens.count
            if place == tokens.count {
                places[compact] = place
                tokens.append(compact)
            }
            text.append(contentsOf: (index == 0 ? "{\"as\":" : ",{\"as\":").utf8)
            text.append(contentsOf: String(place).utf8)
            text.append(contentsOf: #","body":"#.utf8)
            text.append(contentsOf: question.body)
            text.append(contentsOf: #","kind":""#.utf8)
            text.append(contentsOf: question.kind.rawValue.utf8)
            text.append(contentsOf: #"","request_id":""#.utf8)
            text.append(contentsOf: question.requestID.text.utf8)
            text.append(contentsOf: #""}"#.utf8)
        }
        text.append(contentsOf: #"],"tokens":["#.utf8)
        for (index, token) in tokens.enumerated() {
            text.append(contentsOf: (index == 0 ? "\"" : ",\"").utf8)
            text.append(contentsOf: token.utf8)
            text.append(UInt8(ascii: "\""))
        }
        text.append(contentsOf: "]}".utf8)
        return text
    }
}
