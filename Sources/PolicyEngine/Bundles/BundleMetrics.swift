import Metrics
import WireFormat

/// How the bundle fares.
struct BundleMetrics: Sendable {
    private let activations = Counter(label: "policy_bundle_loads_total", dimensions: [("outcome", "activated")])
    private let refusals = Counter(label: "policy_bundle_loads_total", dimensions: [("outcome", "refused")])
    private let broken = Gauge(label: "policy_bundle_edit_refused")
    private let activated = Gauge(label: "policy_bundle_activated_seconds")

    func countActivation() { activations.increment() }
    func countRefusal() { refusals.increment() }

    /// 1 while the files on disk are not the bundle in force because they are broken.
    func report(_ active: ActiveBundle) {
        broken.record(active.refusal == nil ? 0 : 1)
        activated.record(active.activation.activated.seconds)
    }
}
