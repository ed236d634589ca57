import AuditClient
import AuditCore
import IdentityClient
import Logging
import PolicyClient
import PolicyCore
import PolicySQL
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// Asks PolicyEngine about members, and writes refusals into the trail.
struct MemberEnforcement: Sendable {
    let parts: AuthParts
    let policy: PolicyClient

    /// Over which members the caller may do `action`; a refusal of all of them is on record before it is told.
    func gate(_ call: Call, action: String) async throws -> MemberGate {
        let plan = try await policy.plan(call, action: action, resourceType: "member")
        if let denial = plan.denial {
            try await record(call, action, id: nil, EventDecision(plan), denial)
            throw denial
        }
        do {
            return try MemberGate(plan)
        } catch {
            call.logger.error("a plan cannot be applied to members", metadata: ["cause": .string(error.description)])
            throw Problem.decisionUnavailable
        }
    }

    /// Whether the caller may bring a member into being, and, when it is an owner, one of that kind.
    func create(_ call: Call, roles: RoleSet) async throws -> EventDecision? {
        let user = try call.user
        let invited = Resource(
            type: "member", tenant: user.tenant.text, attributes: ["status": "invited", "roles": roles.fact])
        let decision = try await judge(call, "member.create", invited, id: nil, writing: ["email", "roles"])
        guard roles.contains(.owner) else { return decision }
        // Whoever is invited is not the caller. The rules of `self` need an id to see that, and any new one will do.
        var owner = invited
        owner.id = UUIDv7.generate(at: call.received).text
        owner.subjectID = owner.id
        _ = try await judge(call, OwnershipChange.given.rawValue, owner, id: nil, writing: [])
        return decision
    }

    /// Whether the caller may bring a member into this state, and write these fields of it; a refusal is on record
    /// before it is told.
    func judge(
        _ call: Call, _ action: String, _ state: Resource, id: UUIDv7?, writing fields: [String]
    ) async throws -> EventDecision? {
        let decision = try await policy.check(call, action: action, resource: state)
        let refused = fields.filter { !decision.fields.canWrite(field: $0) }
        if let denial = decision.denial ?? (refused.isEmpty ? nil : .unwritable(refused, decision.id)) {
            try await record(call, action, id: id, EventDecision(decision), denial)
            throw denial
        }
        return EventDecision(decision)
    }

    /// Whether the caller may bring about what a change makes of a member: its new state, as the caller saw the present
    /// one. That one is judged by the gate, in the statement that takes it.
    ///
    /// - Parameter version: of the state that the caller saw. The change is made at this version or not at all, so that
    ///   what is judged here is what becomes.
    /// - Returns: false when the gate does not let the member through.
    func judge(
        _ change: MemberChange, of id: UUIDv7, version: ETag, _ gate: MemberGate, _ call: Call
    ) async throws -> Bool {
        let user = try call.user
        let rows = try await parts.database.query(
            user.tenantScope, MemberStore.one(id, tenant: user.tenant, gate: gate, writing: change.field))
        guard let row = rows.first else { return false }
        let member = try MemberStore.read(row)
        guard member.tag == version else { throw Problem.stale }
        guard try row.get("is_writable", as: Bool.self) else {
            let problem = Problem.unwritable([change.field], gate.decision?.id)
            try await record(call, change.action, id: id, gate.decision, problem)
            throw problem
        }
        _ = try await judge(call, change.action, member.facts(after: change), id: id, writing: [change.field])
        if let ownership = change.ownership(of: member) { try await judge(ownership, of: member, by: change, call) }
        return true
    }

    /// Whether the caller may give or take the role `owner`: of the member as it is and as it would be. Asked besides the
    /// change itself, for this one member, since no filter knows whether another owner is left.
    private func judge(
        _ ownership: OwnershipChange, of member: Member, by change: MemberChange, _ call: Call
    ) async throws {
        let others = try await parts.database.query(
            try call.user.tenantScope, MemberStore.otherOwners(than: member.id, tenant: member.tenant))
        let isLast =
            try member.status == .active && member.roles.contains(.owner)
            && others.first?.get("owners", as: Int.self) ?? 0 == 0
        for var state in [member.facts, member.facts(after: change)] {
            state.attributes["is_last_owner"] = .bool(isLast)
            _ = try await judge(call, ownership.rawValue, state, id: member.id, writing: [])
        }
    }

    /// What to answer when the gate of `action` let no row through: 403 to whoever may view the member, else 404.
    func absence(of id: UUIDv7, _ call: Call, action: String, gate: MemberGate) async throws -> Problem {
        let user = try call.user
        let rows = try await parts.database.query(
            user.tenantScope, MemberStore.one(id, tenant: user.tenant, where: "true"))
        var problem = Problem.notFound()
        if action != "member.view", let member = try rows.first.map(MemberStore.read),
            try await policy.check(call, action: "member.view", resource: member.facts).isAllowed
        {
            let decision = try await policy.check(call, action: action, resource: member.facts)
            problem = decision.denial ?? .forbidden("out-of-scope")
        }
        try await record(call, action, id: id, gate.decision, problem)
        return problem
    }

    /// Runs a change; what the rules refuse beyond the policy is on record before it is told.
    func recordingRefusals<R>(
        _ call: Call, _ action: String, id: UUIDv7?, _ decision: EventDecision?, _ change: () async throws -> R
    ) async throws -> R {
        do {
            return try await change()
        } catch let problem as Problem where problem.status == .forbidden || problem.status == .conflict {
            try await record(call, action, id: id, decision, problem)
            throw problem
        }
    }

    private func record(
        _ call: Call, _ action: String, id: UUIDv7?, _ decision: EventDecision?, _ problem: Problem
    ) async throws {
        let user = try call.user
        // The code of a missing step-up tells the client what to do; the trail tells which rule wanted it.
        let missing = problem.status == .unauthorized ? problem.members["reason"]?.string : nil
        let event = AuditEvent(
            call, by: user, action: action, resource: EventResource(type: "member", id: id?.text), outcome: .denied,
            reason: missing ?? problem.code, decision: decision)
        try await parts.outbox.record(event, user.tenantScope)
    }
}
