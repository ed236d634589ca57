public import CoreMetrics
import Synchronization

/// The process's metrics behind swift-metrics, and their exposition in Prometheus' text format 0.0.4.
public final class MetricsRegistry: MetricsFactory {
    /// The most series of one name: a label with values from callers cannot fill the memory.
    static let maximumSeries = 512

    /// The registry of the process; ``bootstrap()`` gives it to swift-metrics.
    public static let shared = MetricsRegistry()

    private let families = Mutex<[String: MetricFamily]>([:])

    /// An empty registry, for tests.
    public init() {}

    /// Makes swift-metrics use the shared registry. Once, at the start.
    public static func bootstrap() {
        MetricsSystem.bootstrap(shared)
    }

    /// A counter; its name ends in `_total` in the exposition.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, .counter, dimensions)
    }

    /// A counter of fractions.
    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, .counter, dimensions)
    }

    /// A gauge.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, .gauge, dimensions)
    }

    /// A histogram when `aggregate`, otherwise a gauge.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        series(label, aggregate ? .histogram(.values) : .gauge, dimensions)
    }

    /// A histogram in seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, .histogram(.seconds), dimensions)
    }

    // Handlers live as long as the registry: routes and pools do too, and a counter that vanished would read as a reset.
    /// Keeps the series.
    public func destroyCounter(_ handler: any CounterHandler) {}
    /// Keeps the series.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    /// Keeps the series.
    public func destroyMeter(_ handler: any MeterHandler) {}
    /// Keeps the series.
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    /// Keeps the series.
    public func destroyTimer(_ handler: any TimerHandler) {}

    /// All metrics as text.
    public func exposition() -> String {
        let families = families.withLock { $0 }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) { family.write(name: name, to: &text) }
        ProcessStatistics.now().write(to: &text)
        return text
    }

    func series(_ label: String, _ kind: MetricSeries.Kind, _ dimensions: [(String, String)]) -> MetricSeries {
        let name = PrometheusText.name(label, isCounter: kind == .counter)
        return families.withLock { families in
            families[name, default: MetricFamily(kind: kind)].series(dimensions, limit: Self.maximumSeries)
        }
    }
}

/// The series of one name.
struct MetricFamily: Sendable {
    let kind: MetricSeries.Kind
    private var byLabels: [String: MetricSeries] = [:]

    init(kind: MetricSeries.Kind) {
        self.kind = kind
    }

    /// The series with these labels; beyond the limit, the one that collects all further ones.
    mutating func series(_ dimensions: [(String, String)], limit: Int) -> MetricSeries {
        var labels = PrometheusText.labels(dimensions)
        if byLabels[labels] == nil, byLabels.count >= limit { labels = #"overflow="true""# }
        if let known = byLabels[labels] { return known }
        let new = MetricSeries(kind: kind)
        byLabels[labels] = new
        return new
    }

    func write(name: String, to text: inout String) {
        text += "# TYPE \(name) \(kind.typeName)\n"
        for (labels, series) in byLabels.sorted(by: { $0.key < $1.key }) {
            series.write(name: name, labels: labels, to: &text)
        }
    }
}
