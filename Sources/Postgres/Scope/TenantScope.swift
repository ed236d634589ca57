public import WireFormat

/// The right to touch one tenant's rows.
///
/// Only an authenticated request or a job for a named tenant makes one: the initialiser is behind
/// `@_spi(ScopeMinting)`, and `scripts/scope-minting.allow` lists the files that may import it. Every statement under
/// this scope runs in a transaction of its own whose `bailiwick.tenant` is this tenant, which is what the row-level
/// security of every tenant table compares with.
public struct TenantScope: DatabaseScope, Hashable {
    /// The tenant whose rows can be seen and changed.
    public let tenant: TenantID

    /// Mints a scope; the caller answers for the tenant having been authenticated or named by a job.
    @_spi(ScopeMinting) public init(tenant: TenantID) { self.tenant = tenant }

    /// What the connection sets before the statement.
    public var boundary: ScopeBoundary { ScopeBoundary(tenantSetting: tenant.text) }
}

/// The right to touch global tables: accounts, keys, clients, rate limits. Made only where a service is wired. It shows
/// no row of any tenant table.
public struct SystemScope: DatabaseScope, Hashable {
    /// Mints the scope; only wiring does.
    @_spi(ScopeMinting) public init() {}

    /// What the connection sets before the statement.
    public var boundary: ScopeBoundary { ScopeBoundary(tenantSetting: "") }
}

/// `TenantScope` or `SystemScope`; nothing else can conform, because nothing else can make a `ScopeBoundary`.
public protocol DatabaseScope: Sendable {
    /// What the connection sets before the statement.
    var boundary: ScopeBoundary { get }
}

/// The value of `bailiwick.tenant` during a statement.
public struct ScopeBoundary: Sendable, Hashable {
    // INVARIANT: internal initialiser. A type outside this module that conforms to `DatabaseScope` can at most pass on
    // the boundary of a scope that it was given.
    let tenantSetting: String
}
