// One of the files allowed to make a `TenantScope` (scripts/scope-minting.allow). AuthService is where a request comes
// before it has an access token: each way from something that proves a tenant to that tenant's rows stands here.
@_spi(ScopeMinting) import Postgres
import WireFormat

extension OpaqueToken {
    /// The rows of the tenant that the token carries. Within them it is found by its hash or not at all.
    var tenantScope: TenantScope { TenantScope(tenant: tenant) }
}

extension Membership {
    /// The rows of an organisation whose sign-in this account is completing, or whose trail hears of its failure.
    var tenantScope: TenantScope { TenantScope(tenant: tenant) }
}

extension LivingAccessToken {
    /// The rows of the organisation that a token of ours, verified and in force, is for.
    var tenantScope: TenantScope { TenantScope(tenant: tenant) }
}

extension BrowserSession {
    /// The rows of the organisation that somebody is signed in to with a browser.
    var tenantScope: TenantScope { TenantScope(tenant: session.tenant) }
}

extension Application {
    /// The rows of the organisation that an application was registered by: its people's requests, consents and codes.
    var tenantScope: TenantScope { TenantScope(tenant: tenant) }
}

extension Client {
    /// The rows of the organisation that a client with a verified assertion belongs to.
    var tenantScope: TenantScope { TenantScope(tenant: tenant) }
}

/// A command of another service or of the operator, authenticated by its service token, for a tenant that it names.
struct ServiceCommand: Sendable {
    let tenant: TenantID

    /// The rows of the named tenant.
    var tenantScope: TenantScope { TenantScope(tenant: tenant) }
}

/// The tenant `system`: events that belong to no organisation, and the keys of accounts.
enum SystemTenant {
    static let scope = TenantScope(tenant: .system)
}
