import Logging
import PolicyCore
import ServiceLifecycle
import WireFormat

/// Watches the policy directory and puts a changed bundle in force once it is whole, good and on the record.
///
/// It looks every half second; inotify would save some looks and lose network file systems and containers' mounts.
struct BundleWatcher: Service {
    private let loader: BundleLoader
    private let active: ActiveBundle
    private let history: BundleHistory
    private let metrics: BundleMetrics
    private let logger: Logger
    private let interval: Duration

    /// An edit is in force within a second; a look costs some hundred `lstat` calls.
    static let standardInterval: Duration = .milliseconds(500)

    init(
        loader: BundleLoader, active: ActiveBundle, history: BundleHistory, metrics: BundleMetrics, logger: Logger,
        interval: Duration = Self.standardInterval
    ) {
        self.loader = loader
        self.active = active
        self.history = history
        self.metrics = metrics
        self.logger = logger
        self.interval = interval
    }

    func run() async throws {
        var seen: PolicyDirectory.Fingerprint?
        var judged: PolicyDirectory.Fingerprint?
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            if !active.isOnRecord { await recordStart() }
            switch await loader.look() {
            case .failure(let error):
                await refuse([error.description])
                judged = nil
            case .success(let fingerprint):
                // Judged only after it has been the same twice: an editor may be half-way through a file.
                if fingerprint == seen, fingerprint != judged, await judge(fingerprint) { judged = fingerprint }
                seen = fingerprint
            }
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: interval) }
        }
    }

    /// The bundle that this process started with is an activation only if another one was in force before.
    private func recordStart() async {
        let revision = active.bundle.revision
        do {
            let former = try await history.lastActivated()
            if former != revision {
                try await history.recordActivation(of: revision, replacing: former)
                metrics.countActivation()
                logger.notice(
                    "policy in force", metadata: ["revision": "\(revision)", "former": "\(former ?? "none")"])
            }
            active.markOnRecord()
        } catch {
            logger.warning("the activation of the policy is not recorded yet", metadata: ["error": "\(error)"])
        }
    }

    /// False when the outcome could not be recorded; it is tried again.
    private func judge(_ fingerprint: PolicyDirectory.Fingerprint) async -> Bool {
        switch await loader.load(fingerprint) {
        case .broken(let errors): return await refuse(errors)
        case .bundle(let bundle): return await activate(bundle)
        }
    }

    private func activate(_ bundle: PolicyBundle) async -> Bool {
        let former = active.bundle.revision
        guard bundle.revision != former else {
            active.withdrawRefusal()
            metrics.report(active)
            return true
        }
        do {
            try await history.recordActivation(of: bundle.revision, replacing: former)
        } catch {
            if active.markWaiting(bundle.revision) {
                logger.error("the new policy waits: its activation cannot be recorded", metadata: ["error": "\(error)"])
            }
            return false
        }
        active.activate(bundle, at: .now())
        metrics.countActivation()
        metrics.report(active)
        logger.notice("policy in force", metadata: ["revision": "\(bundle.revision)", "former": "\(former)"])
        return true
    }

    @discardableResult
    private func refuse(_ errors: [String]) async -> Bool {
        let isNew = active.refusal?.errors != errors
        let inForce = active.bundle.revision
        if isNew {
            active.refuse(errors, at: .now())
            metrics.countRefusal()
            metrics.report(active)
            for error in errors {
                logger.error("policy edit refused", metadata: ["error": "\(error)", "in_force": "\(inForce)"])
            }
        }
        guard active.refusal?.isOnRecord == false else { return true }
        do {
            try await history.recordRefusal(errors, inForce: inForce)
            active.markRefusalOnRecord()
            return true
        } catch {
            if isNew {
                logger.error("the refusal of a policy edit is not recorded yet", metadata: ["error": "\(error)"])
            }
            return false
        }
    }
}
