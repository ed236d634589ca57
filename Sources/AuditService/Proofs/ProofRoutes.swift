import AuditCore
import IdentityClient
import ServiceKit
import WireFormat

/// The proofs of one's own organisation's log. Whoever may read the trail may have them; they show hashes only, so
/// handing them out is not itself an event. The salt, which tells whether a guess of an event is right, goes only to
/// whoever is shown that event whole.
struct ProofRoutes: Sendable {
    let proofs: ProofQueries
    let access: TrailAccess

    /// `GET /v1/checkpoint`, `GET /v1/proofs/inclusion`, `GET /v1/proofs/consistency`.
    var publicRoutes: [Route] {
        let user = Access.user(action: TrailAccess.action)
        return [
            Route(.get, "/v1/checkpoint", access: user, handler: checkpoint),
            Route(.get, "/v1/proofs/inclusion", access: user, query: ["event"], handler: inclusion),
            Route(.get, "/v1/proofs/consistency", access: user, query: ["from", "to"], handler: consistency),
        ]
    }

    @Sendable private func checkpoint(_ call: Call) async throws -> Reply {
        let (token, _) = try await allowed(call)
        guard let checkpoint = try await proofs.checkpoint(token.tenantScope) else { throw Self.emptyLog }
        return .json(checkpoint.wire(token.tenant))
    }

    @Sendable private func inclusion(_ call: Call) async throws -> Reply {
        guard let event = try call.query.uuid("event") else { throw Problem.invalidQuery("event", "is needed") }
        let (token, sight) = try await allowed(call)
        guard let inclusion = try await proofs.inclusion(of: event, token.tenantScope) else {
            throw Problem.notFound("there is no such event in the log")
        }
        let index = Int64(clamping: inclusion.proof.index)
        var isWhole = false
        if let body = inclusion.body {
            let changes = try await access.changes(call, in: [body])
            isWhole = ShownEvent(body, sequence: index, sight, changes).isWhole
        }
        var members: [String: JSONValue] = [
            "event": inclusion.event.wire,
            "index": .integer(index),
            "size": .integer(Int64(clamping: inclusion.proof.size)),
            "commitment": .string(inclusion.commitment.hex),
            "path": JSONValue(inclusion.proof.path.map(\.hex)),
            "checkpoint": inclusion.checkpoint.wire(token.tenant),
            "withheld": isWhole ? [] : ["salt"],
        ]
        if isWhole { members["salt"] = .string(Base64URL.encode(inclusion.salt)) }
        return .json(.object(members))
    }

    @Sendable private func consistency(_ call: Call) async throws -> Reply {
        let sizes: ClosedRange<Int64> = 0...Int64.max
        guard let from = try call.query.integer("from", in: sizes) else {
            throw Problem.invalidQuery("from", "is needed")
        }
        let to = try call.query.integer("to", in: sizes)
        if let to, to < from { throw Problem.invalidQuery("to", "is less than `from`") }
        let (token, _) = try await allowed(call)
        let answer = try await proofs.consistency(
            from: UInt64(from), to: to.map { UInt64($0) }, token.tenantScope)
        guard let (proof, checkpoint) = answer else {
            throw Problem.notFound("no checkpoint covers a tree of that size")
        }
        return .json([
            "from": .integer(Int64(clamping: proof.from)),
            "to": .integer(Int64(clamping: proof.to)),
            "path": JSONValue(proof.path.map(\.hex)),
            "checkpoint": checkpoint.wire(token.tenant),
        ])
    }

    private func allowed(_ call: Call) async throws -> (token: AccessToken, sight: TrailSight) {
        let token = try call.user
        let admission = try await access.require(
            call, token, resource: EventResource(type: TrailAccess.resourceType, id: token.tenant.text))
        return (token, admission.sight)
    }

    private static let emptyLog = Problem.notFound("the log has no events yet")
}
