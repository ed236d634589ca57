import CoreMetrics
import Testing

@testable import ServiceKit

@Suite struct MetricsTests {
    @Test func writesPrometheusText() {
        let registry = MetricsRegistry()
        CoreMetrics.Counter(label: "jobs.done", dimensions: [("kind", "a\"b\\c\nd")], factory: registry).increment(
            by: 3)
        CoreMetrics.Meter(label: "pool.idle", dimensions: [], factory: registry).set(7)
        let timer = CoreMetrics.Timer(label: "wait", dimensions: [("b", "2"), ("a", "1")], factory: registry)
        timer.recordMilliseconds(3)
        timer.recordMilliseconds(300)
        timer.recordSeconds(100)
        let text = registry.exposition()
        #expect(text.contains("# TYPE jobs_done_total counter\njobs_done_total{kind=\"a\\\"b\\\\c\\nd\"} 3\n"))
        #expect(text.contains("# TYPE pool_idle gauge\npool_idle 7\n"))
        #expect(text.contains("wait_bucket{a=\"1\",b=\"2\",le=\"0.0025\"} 0\n"))
        #expect(text.contains("wait_bucket{a=\"1\",b=\"2\",le=\"0.005\"} 1\n"))
        #expect(text.contains("wait_bucket{a=\"1\",b=\"2\",le=\"0.5\"} 2\n"))
        #expect(text.contains("wait_bucket{a=\"1\",b=\"2\",le=\"+Inf\"} 3\n"))
        #expect(text.contains("wait_count{a=\"1\",b=\"2\"} 3\n"))
        #expect(text.hasSuffix("\n"))
    }

    @Test func gathersSeriesBeyondTheLimitInOne() {
        let registry = MetricsRegistry()
        for number in 0..<2000 {
            CoreMetrics.Counter(label: "flood", dimensions: [("caller", "\(number)")], factory: registry).increment()
        }
        let lines = registry.exposition().split(separator: "\n").filter { $0.hasPrefix("flood_total{") }
        #expect(lines.count == MetricsRegistry.maximumSeries + 1)
        #expect(lines.contains { $0.hasPrefix("flood_total{overflow=\"true\"} ") })
    }

    @Test func givesOneSeriesForOneNameAndLabels() {
        let registry = MetricsRegistry()
        for _ in 0..<3 { CoreMetrics.Counter(label: "same", dimensions: [("a", "1")], factory: registry).increment() }
        #expect(registry.exposition().contains("same_total{a=\"1\"} 3\n"))
    }
}
