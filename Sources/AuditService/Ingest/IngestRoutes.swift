import AuditClient
import ServiceKit

/// The internal route by which the other services deliver what happened.
struct IngestRoutes: Sendable {
    let ingest: EventIngest

    /// `POST /internal/v1/events`. De-duplicated by event id, so it needs no idempotency key.
    var routes: [Route] {
        [
            Route(
                .post, "/internal/v1/events", access: .service(callers: [.auth, .policy, .hr], user: .none), body: .json
            ) { call in
                let delivery = try call.decode(EventDelivery.self)
                return .json(try await ingest.take(delivery, from: try call.service, call))
            }
        ]
    }
}
