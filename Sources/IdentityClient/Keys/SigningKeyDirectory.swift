import Logging

/// The present signing keys: fetched at start, refreshed by the clock, and fetched again for an unknown `kid`, but then
/// at most once in ``standardPatience``, however many requests carry one.
actor SigningKeyDirectory {
    /// The contract's limit (§2): a flood of made-up key ids must not become a flood of calls to AuthService.
    static let standardPatience: Duration = .seconds(10)
    /// A withdrawn key is forgotten after this at the latest.
    static let refreshInterval: Duration = .seconds(60)

    /// What a look-up found.
    enum Finding: Sendable {
        case key(RSAVerificationKey)
        case unknown
        /// No key set could be fetched, so nobody can say.
        case unavailable
    }

    private let source: any IdentitySource
    private let logger: Logger
    private let patience: Duration
    private let onWithdrawal: @Sendable () -> Void
    private let clock = ContinuousClock()
    private var keys: SigningKeySet?
    private var lastFetch: ContinuousClock.Instant?
    private var fetching: Task<Bool, Never>?

    init(
        source: any IdentitySource, logger: Logger, patience: Duration = SigningKeyDirectory.standardPatience,
        onWithdrawal: @escaping @Sendable () -> Void
    ) {
        self.source = source
        self.logger = logger
        self.patience = patience
        self.onWithdrawal = onWithdrawal
    }

    var isLoaded: Bool { keys != nil }

    func key(_ id: String) async -> Finding {
        if let key = keys?.keys[id] { return .key(key) }
        if let fetching {
            _ = await fetching.value
        } else if let lastFetch, clock.now - lastFetch < patience {
            return keys == nil ? .unavailable : .unknown
        } else if await !refresh() {
            return .unavailable
        }
        if let key = keys?.keys[id] { return .key(key) }
        return keys == nil ? .unavailable : .unknown
    }

    /// Fetches the key set; callers at the same time share one fetch. False when AuthService gave no usable set: then
    /// the one in hand stays.
    @discardableResult
    func refresh() async -> Bool {
        if let fetching { return await fetching.value }
        lastFetch = clock.now
        // The fetch has its own deadline and belongs to every waiter, so no single request's cancellation may end it.
        let task = Task { await self.fetch() }
        fetching = task
        let succeeded = await task.value
        fetching = nil
        return succeeded
    }

    private func fetch() async -> Bool {
        do {
            let fresh = try await source.signingKeys()
            let withdrawn = (keys?.keys.keys).map { Set($0).subtracting(fresh.keys.keys) } ?? []
            keys = fresh
            if !withdrawn.isEmpty { onWithdrawal() }
            return true
        } catch {
            logger.warning("signing keys could not be fetched", metadata: ["error": "\(error)"])
            return false
        }
    }
}
