import Synchronization
import WireFormat

/// The tenants whose logs have grown since their last checkpoint, as far as this copy of the service knows.
///
/// It is a hint that makes checkpoints prompt; what it misses, by a crash or in another copy, the sealer's sweep finds.
final class GrownLogs: Sendable {
    private let tenants = Mutex<Set<TenantID>>([])

    /// Notes that a tenant's log has grown.
    func note(_ tenant: TenantID) {
        _ = tenants.withLock { $0.insert(tenant) }
    }

    /// Takes all that were noted.
    func take() -> Set<TenantID> {
        tenants.withLock { noted in
            let taken = noted
            noted = []
            return taken
        }
    }
}
