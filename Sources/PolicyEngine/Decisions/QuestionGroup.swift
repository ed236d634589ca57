import ServiceKit
import WireFormat

/// Questions of several users in one call of an enforcing service. Strict: nobody else's client speaks this.
struct QuestionGroup: Sendable {
    /// One of them.
    struct Question: Sendable {
        /// Which answer is wanted: that of `/v1/plan` or that of `/access/v1/evaluation`.
        enum Kind: String, Sendable { case plan, evaluation }

        let kind: Kind
        /// The place of the user's token.
        let token: Int
        let requestID: RequestID
        /// The request of the question's own route.
        let body: JSONValue
    }

    /// Twice what a client sends at once.
    static let most = 64
    /// 32 questions with the longest bodies (16 KiB) and tokens (8 KiB).
    static let bodyLimit = 1 << 20

    let tokens: [String]
    let questions: [Question]

    /// Reads a group.
    init(_ body: JSONValue) throws(Refusal) {
        guard let members = body.object, members.count == 2, let tokens = members["tokens"]?.array,
            let questions = members["questions"]?.array
        else { throw .malformed("a group has `questions` and `tokens`, and nothing else") }
        guard (1...Self.most).contains(questions.count), tokens.count <= questions.count else {
            throw .malformed("a group has 1 to \(Self.most) questions, and no more tokens")
        }
        self.tokens = tokens.compactMap(\.string)
        guard self.tokens.count == tokens.count else { throw .malformed("`tokens` has something that is no string") }
        var read: [Question] = []
        read.reserveCapacity(questions.count)
        for question in questions { read.append(try Self.question(question, tokens: tokens.count)) }
        self.questions = read
    }

    private static func question(_ value: JSONValue, tokens: Int) throws(Refusal) -> Question {
        guard let members = value.object, members.count == 4, let body = members["body"] else {
            throw .malformed("a question has `as`, `body`, `kind` and `request_id`, and nothing else")
        }
        guard let place = members["as"]?.integer, place >= 0, place < tokens else {
            throw .malformed("`as` is not the place of a token")
        }
        guard let kind = members["kind"]?.string.flatMap(Question.Kind.init(rawValue:)) else {
            throw .malformed("`kind` is neither `plan` nor `evaluation`")
        }
        guard let requestID = members["request_id"]?.string.flatMap({ RequestID($0) }) else {
            throw .malformed("`request_id` is not one")
        }
        return Question(kind: kind, token: Int(place), requestID: requestID, body: body)
    }
}
