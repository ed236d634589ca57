public import WireFormat

/// A background job that works for one named tenant: a relay, a sequencer, an import.
///
/// Beside an authenticated request this is the only way to a ``TenantScope``; its name is in the job's log lines, so
/// that every statement of a tenant has either a person or a job behind it.
public struct TenantJob: Sendable, Hashable {
    /// What runs, like `outbox-relay`.
    public let name: String
    /// For whom.
    public let tenant: TenantID

    /// Names a job. The name is a literal, so that no request can choose it.
    public init(name: StaticString, tenant: TenantID) {
        self.name = name.description
        self.tenant = tenant
    }
}
