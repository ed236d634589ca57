import IdentityClient
import ServiceKit
import WireFormat

/// The revocation feed, for our other services.
struct RevocationRoutes: Sendable {
    let feed: RevocationFeed

    var internalRoutes: [Route] {
        [
            Route(
                .get, "/internal/v1/revocations",
                access: .service(callers: [.auth, .policy, .hr, .audit, .operator], user: .none),
                query: ["after", "wait"], timeLimit: RevocationFeed.longestWait + Route.standardTimeLimit
            ) { call in
                let after = try call.query.integer("after", in: 0...Int64.max) ?? 0
                let longest = RevocationFeed.longestWait.components.seconds
                let wait = try call.query.integer("wait", in: 0...longest) ?? 0
                return .json(try await feed.page(after: after, wait: .seconds(wait)))
            }
        ]
    }
}

/// What this service's own token verification learns from: its own keys and its own table.
struct LocalIdentitySource: IdentitySource {
    let keys: SigningKeyRing
    let feed: RevocationFeed

    func signingKeys() async throws -> SigningKeySet {
        if !keys.isReady { try await keys.prepare() }
        return try SigningKeySet(wire: keys.jwks)
    }

    func revocations(after position: Int64, wait: Duration) async throws -> RevocationPage {
        try await feed.page(after: position, wait: wait)
    }
}
