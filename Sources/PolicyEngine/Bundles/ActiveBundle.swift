import PolicyCore
import Synchronization
import WireFormat

/// The bundle in force, swapped as a whole: a decision sees one bundle from beginning to end.
final class ActiveBundle: Sendable {
    /// A bundle that was put in force.
    struct Activation: Sendable {
        let bundle: PolicyBundle
        let activated: Instant
    }

    /// An edit that was not.
    struct Refusal: Sendable, Hashable {
        let refused: Instant
        /// Each as `path:line:column: cause; remedy`, or one line when the directory could not be read.
        let errors: [String]
        /// Whether the history and the audit trail have it.
        var isOnRecord = false
    }

    private struct State {
        var activation: Activation
        var refusal: Refusal?
        var isOnRecord = false
        var waiting: String?
    }

    private let state: Mutex<State>

    init(_ bundle: PolicyBundle, at now: Instant) {
        state = Mutex(State(activation: Activation(bundle: bundle, activated: now), refusal: nil))
    }

    var bundle: PolicyBundle { state.withLock { $0.activation.bundle } }
    var activation: Activation { state.withLock { $0.activation } }
    /// The newest edit, when it was refused; nil once a good one is in force.
    var refusal: Refusal? { state.withLock { $0.refusal } }

    /// Whether the activation is in the history and the audit trail.
    var isOnRecord: Bool { state.withLock { $0.isOnRecord } }

    /// Puts a bundle in force whose activation has been recorded.
    func activate(_ bundle: PolicyBundle, at now: Instant) {
        state.withLock {
            $0 = State(activation: Activation(bundle: bundle, activated: now), refusal: nil, isOnRecord: true)
        }
    }

    /// The bundle that the process started with has been recorded.
    func markOnRecord() {
        state.withLock { $0.isOnRecord = true }
    }

    /// Says that the bundle of this revision waits for its record; true the first time.
    func markWaiting(_ revision: String) -> Bool {
        state.withLock { state in
            defer { state.waiting = revision }
            return state.waiting != revision
        }
    }

    /// The refusal of the newest edit has been recorded.
    func markRefusalOnRecord() {
        state.withLock { $0.refusal?.isOnRecord = true }
    }

    /// The files are again those of the bundle in force.
    func withdrawRefusal() {
        state.withLock { $0.refusal = nil }
    }

    func refuse(_ errors: [String], at now: Instant) {
        state.withLock { $0.refusal = Refusal(refused: now, errors: errors) }
    }
}
