// One of the files allowed to make a `TenantScope` (scripts/scope-minting.allow): from an access token that
// `AccessTokenAuthority` has verified, or for a job that names its tenant.
@_spi(ScopeMinting) public import Postgres
public import ServiceKit

extension AccessToken {
    /// The rows of the token's tenant.
    public var tenantScope: TenantScope { TenantScope(tenant: tenant) }
}

extension TenantJob {
    /// The rows of the job's tenant.
    public var tenantScope: TenantScope { TenantScope(tenant: tenant) }
}
