import Metrics

/// What the pool tells: `postgres_pool_connections{state}`, `postgres_pool_waiting`, `postgres_pool_wait_seconds`,
/// `postgres_pool_refused_total`, `postgres_connections_opened_total`, `postgres_connections_lost_total`.
struct PoolMetrics: Sendable {
    private let inUse: Gauge
    private let resting: Gauge
    private let waiting: Gauge
    private let wait: Metrics.Timer
    private let refusals: Counter
    private let openings: Counter
    private let losses: Counter

    init(pool: String) {
        let pool = ("pool", pool)
        inUse = Gauge(label: "postgres_pool_connections", dimensions: [pool, ("state", "in-use")])
        resting = Gauge(label: "postgres_pool_connections", dimensions: [pool, ("state", "resting")])
        waiting = Gauge(label: "postgres_pool_waiting", dimensions: [pool])
        wait = Metrics.Timer(label: "postgres_pool_wait_seconds", dimensions: [pool])
        refusals = Counter(label: "postgres_pool_refused_total", dimensions: [pool])
        openings = Counter(label: "postgres_connections_opened_total", dimensions: [pool])
        losses = Counter(label: "postgres_connections_lost_total", dimensions: [pool])
    }

    func report(inUse: Int, resting: Int, waiting: Int) {
        self.inUse.record(inUse)
        self.resting.record(resting)
        self.waiting.record(waiting)
    }

    func waited(_ duration: Duration) { wait.record(duration: duration) }
    func refused() { refusals.increment() }
    func opened() { openings.increment() }
    func lost() { losses.increment() }
}
