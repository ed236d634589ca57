import WireFormat

/// `/health/live` and `/health/ready`, on both listeners.
struct HealthRoutes: Sendable {
    let readiness: [ReadinessCheck]

    var routes: [Route] {
        let reason: StaticString = "probes hold no token; the answer names parts and states only"
        return [
            Route(.get, "/health/live", access: .open(because: reason), isExemptFromShedding: true) { _ in
                .json(["status": "live"])
            },
            Route(
                .get, "/health/ready", access: .open(because: reason), timeLimit: ReadinessCheck.timeLimit,
                isExemptFromShedding: true
            ) { _ in try await ready() },
        ]
    }

    private func ready() async throws(Problem) -> Reply {
        let results = await withTaskGroup(of: (String, String?, String?).self) { group in
            for check in readiness {
                group.addTask { (check.name, await check.failure(), await check.warning()) }
            }
            var results: [String: (failure: String?, warning: String?)] = [:]
            for await (name, failure, warning) in group { results[name] = (failure, warning) }
            return results
        }
        let checks = JSONValue.object(
            results.mapValues { .string($0.failure ?? $0.warning.map { "warning: \($0)" } ?? "ok") })
        guard results.values.allSatisfy({ $0.failure == nil }) else {
            throw Problem.unavailable("not-ready", detail: "a part of the service is not ready").adding(
                "checks", checks)
        }
        return .json(["status": "ready", "checks": checks])
    }
}
