import CoreMetrics
import Synchronization

/// One series: a counter, a gauge or a histogram.
final class MetricSeries: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    /// What a series is.
    enum Kind: Sendable, Equatable {
        case counter
        case gauge
        case histogram(Buckets)

        var typeName: String {
            switch self {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        }
    }

    /// The upper bounds of a histogram's buckets.
    enum Buckets: Sendable, Equatable {
        /// From a cached answer to the longest time limit, in seconds.
        case seconds
        /// Powers of four, for sizes and counts.
        case values

        var bounds: [Double] {
            switch self {
            case .seconds: Self.secondsBounds
            case .values: Self.valueBounds
            }
        }

        private static let secondsBounds = [
            0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
        ]
        private static let valueBounds: [Double] = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262_144, 1_048_576]
    }

    private struct Values: Sendable {
        var value = 0.0
        var count: UInt64 = 0
        var buckets: [UInt64]
    }

    private let kind: Kind
    private let values: Mutex<Values>

    init(kind: Kind) {
        self.kind = kind
        if case .histogram(let buckets) = kind {
            self.values = Mutex(Values(buckets: Array(repeating: 0, count: buckets.bounds.count)))
        } else {
            self.values = Mutex(Values(buckets: []))
        }
    }

    func increment(by amount: Int64) { increment(by: Double(amount)) }
    func increment(by amount: Double) { values.withLock { $0.value += amount } }
    func decrement(by amount: Double) { increment(by: -amount) }
    func reset() { values.withLock { $0.value = 0 } }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { values.withLock { $0.value = value } }
    func record(_ value: Int64) { record(Double(value)) }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1_000_000_000) }

    func record(_ value: Double) {
        guard case .histogram(let buckets) = kind else { return set(value) }
        let index = buckets.bounds.firstIndex { value <= $0 }
        values.withLock { values in
            values.value += value
            values.count += 1
            if let index { values.buckets[index] += 1 }
        }
    }

    func write(name: String, labels: String, to text: inout String) {
        let values = values.withLock { $0 }
        let braces = labels.isEmpty ? "" : "{\(labels)}"
        guard case .histogram(let buckets) = kind else {
            text += "\(name)\(braces) \(PrometheusText.number(values.value))\n"
            return
        }
        let separator = labels.isEmpty ? "" : ","
        var cumulative: UInt64 = 0
        for (bound, count) in zip(buckets.bounds, values.buckets) {
            cumulative += count
            text += "\(name)_bucket{\(labels)\(separator)le=\"\(PrometheusText.number(bound))\"} \(cumulative)\n"
        }
        text += "\(name)_bucket{\(labels)\(separator)le=\"+Inf\"} \(values.count)\n"
        text += "\(name)_sum\(braces) \(PrometheusText.number(values.value))\n"
        text += "\(name)_count\(braces) \(values.count)\n"
    }
}
