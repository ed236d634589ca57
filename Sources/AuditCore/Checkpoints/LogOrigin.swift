public import WireFormat

/// Which log a checkpoint is of: `installation/tenant`. It is the first line of every checkpoint and the name of the
/// key that signs it, so that one tenant's checkpoint can never stand for another's.
public struct LogOrigin: Sendable, Hashable, CustomStringConvertible {
    /// The installation's name, a schema-less URL such as `audit.example.com/bailiwick`.
    public let installation: String
    /// The tenant whose log it is.
    public let tenant: TenantID

    /// The log of a tenant in an installation.
    public init(installation: String, tenant: TenantID) throws(NoteError) {
        guard NoteVerifier.isName(installation), !installation.hasSuffix("/") else {
            throw NoteError(.invalidKey, "`\(installation)` is no name of an installation")
        }
        self.installation = installation
        self.tenant = tenant
    }

    /// Reads `installation/tenant`.
    public init(_ text: some StringProtocol) throws(NoteError) {
        guard let slash = text.lastIndex(of: "/"), let tenant = TenantID(String(text[text.index(after: slash)...]))
        else {
            throw NoteError(.malformed, "an origin reads installation/tenant")
        }
        try self.init(installation: String(text[..<slash]), tenant: tenant)
    }

    /// `installation/tenant`.
    public var description: String { "\(installation)/\(tenant)" }
}
