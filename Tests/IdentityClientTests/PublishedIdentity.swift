import IdentityClient
import Synchronization
import WireFormat

/// What an identity service publishes, in this process: keys and revocation notices that a test changes as it goes.
final class PublishedIdentity: IdentitySource {
    struct Silence: Error {}

    private struct State {
        var keys: [JSONValue]
        var notices: [RevocationNotice] = []
        var keyFetches = 0
        var answersKeys = true
        var answersRevocations = true
    }

    private let state: Mutex<State>

    init(keys: [JSONValue]) {
        state = Mutex(State(keys: keys))
    }

    var keyFetches: Int { state.withLock { $0.keyFetches } }

    func publish(keys: [JSONValue]) { state.withLock { $0.keys = keys } }
    func answer(keys: Bool, revocations: Bool) {
        state.withLock { state in
            state.answersKeys = keys
            state.answersRevocations = revocations
        }
    }

    func revoke(_ target: RevocationNotice.Target, tenant: TenantID, notBefore: Instant) {
        state.withLock { state in
            let position = Int64(state.notices.count + 1)
            state.notices.append(
                RevocationNotice(position: position, tenant: tenant, target: target, notBefore: notBefore))
        }
    }

    func signingKeys() async throws -> SigningKeySet {
        let keys = try state.withLock { state in
            state.keyFetches += 1
            guard state.answersKeys else { throw Silence() }
            return state.keys
        }
        return try SigningKeySet(wire: ["keys": .array(keys)])
    }

    func revocations(after position: Int64, wait: Duration) async throws -> RevocationPage {
        let deadline = ContinuousClock.now + wait
        while true {
            let page = try state.withLock { state -> RevocationPage? in
                guard state.answersRevocations else { throw Silence() }
                let news = state.notices.filter { $0.position > position }
                guard !news.isEmpty || position == 0 || ContinuousClock.now >= deadline else { return nil }
                return RevocationPage(through: Int64(state.notices.count), more: false, notices: news)
            }
            if let page { return page }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
