import HTTPTypes
import ServiceKit
import WireFormat

/// What an enforcing service wants to know for one user, as it goes into a call with other questions.
struct Question: Sendable {
    /// Which of the decision API's questions it is; the raw value is what goes over the wire.
    enum Kind: String, Sendable {
        case plan
        case evaluation

        /// The route that takes such a question alone.
        var path: String {
            switch self {
            case .plan: "/v1/plan"
            case .evaluation: "/access/v1/evaluation"
            }
        }
    }

    /// The longest body that goes with others: 32 of these with their tokens stay within what PolicyEngine takes. A
    /// longer one is asked alone.
    static let longest = 16 << 10

    let kind: Kind
    let user: AccessToken
    /// The request that the question belongs to.
    let requestID: RequestID
    /// The JSON text that the question's own route takes.
    let body: [UInt8]
    /// An answer that comes later is none.
    let end: ContinuousClock.Instant
}

/// What came of a question.
enum QuestionAnswer: Sendable {
    /// The body of a 200.
    case given(JSONValue)
    /// Another status, and the problem when there is one.
    case refused(HTTPResponse.Status, Problem?)
    /// Nothing that can be believed in time; the cause is for the log.
    case unusable(String)
}
