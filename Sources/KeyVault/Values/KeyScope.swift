@_spi(ScopeMinting) public import Postgres
import WireFormat

/// A scope under which keys are reached: a tenant's, or the `SystemScope`, whose keys are those of the tenant `system`
/// (accounts, signing keys).
public protocol KeyScope: Sendable {
    /// The tenant whose keys are used.
    var keyScope: TenantScope { get }
}

extension TenantScope: KeyScope {
    /// Itself.
    public var keyScope: TenantScope { self }
}

extension SystemScope: KeyScope {
    /// The scope of the tenant `system`.
    public var keyScope: TenantScope { TenantScope(tenant: .system) }
}
