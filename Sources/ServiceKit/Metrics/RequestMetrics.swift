import CoreMetrics
import HTTPTypes

/// The measurements of one listener. Every series is made at the start: a request only looks one up.
final class RequestMetrics: Sendable {
    private let durations: [String: [MetricSeries]]
    private let unmatched: [MetricSeries]
    private let inFlight: MetricSeries
    private let shed: MetricSeries

    init(kind: Listener.Kind, table: RouteTable, registry: MetricsRegistry) {
        func series(_ route: String) -> [MetricSeries] {
            (1...5).map { status in
                registry.series(
                    "http_request_duration_seconds", .histogram(.seconds),
                    [("listener", kind.rawValue), ("route", route), ("status", "\(status)xx")])
            }
        }
        var durations: [String: [MetricSeries]] = [:]
        for route in table.routes { durations[route.name] = series(route.name) }
        self.durations = durations
        self.unmatched = series("unmatched")
        self.inFlight = registry.series("http_requests_in_flight", .gauge, [("listener", kind.rawValue)])
        self.shed = registry.series("http_requests_shed", .counter, [("listener", kind.rawValue)])
    }

    func began() { inFlight.increment(by: 1.0) }

    func ended(route: Route?, status: Int, after duration: Duration) {
        inFlight.decrement(by: 1.0)
        let series = route.flatMap { durations[$0.name] } ?? unmatched
        let (seconds, attoseconds) = duration.components
        series[max(0, min(4, status / 100 - 1))].record(Double(seconds) + Double(attoseconds) / 1e18)
    }

    /// The connection ended before the request was read.
    func abandoned() { inFlight.decrement(by: 1.0) }

    func wasShed() { shed.increment(by: 1.0) }
}
