public import WireFormat

/// One entry of AuthService's revocation feed: tokens of `target` issued before `notBefore` are void.
public struct RevocationNotice: Sendable, Hashable {
    /// Whose tokens are void.
    public enum Target: Sendable, Hashable {
        /// All tokens of one member of one tenant: a role, factor, membership or key changed.
        case member(TenantID, UUIDv7)
        /// All tokens of one session: it was signed out.
        case session(UUIDv7)
    }

    /// Its place in the feed; ascending, with gaps.
    public var position: Int64
    /// The tenant of the session or member.
    public var tenant: TenantID
    /// Whose tokens are void.
    public var target: Target
    /// Tokens with an earlier `iat` are void.
    public var notBefore: Instant

    /// A notice.
    public init(position: Int64, tenant: TenantID, target: Target, notBefore: Instant) {
        self.position = position
        self.tenant = tenant
        self.target = target
        self.notBefore = notBefore
    }
}

/// What `GET /internal/v1/revocations?after=N&wait=S` answers.
public struct RevocationPage: Sendable, Hashable {
    /// The version of the wire shape that this module writes and reads.
    public static let version: Int64 = 1
    /// The most notices of one page; AuthService says `more` when there are further ones.
    public static let mostNotices = 1000

    /// The position up to which the reader has now seen everything. Less than what was asked for: the feed was
    /// restored from a backup, and the reader starts over from 0.
    public var through: Int64
    /// Whether the next page can be read at once.
    public var more: Bool
    /// In order of position.
    public var notices: [RevocationNotice]

    /// A page.
    public init(through: Int64, more: Bool, notices: [RevocationNotice]) {
        self.through = through
        self.more = more
        self.notices = notices
    }
}

extension RevocationNotice: WireBody, WireEncodable {
    public init(fields: inout FieldReader) {
        position = fields.required("position") { $0 > 0 ? nil : "must be positive" }
        tenant = fields.required("tenant")
        notBefore = fields.required("not_before")
        let member: UUIDv7? = fields.optional("member")
        let session: UUIDv7? = fields.optional("session")
        switch (member, session) {
        case (let member?, nil): target = .member(tenant, member)
        case (nil, let session?): target = .session(session)
        default:
            fields.fail("member", "stands alone or `session` does")
            target = .session(.placeholder)
        }
    }

    public var wire: JSONValue {
        var members: [String: JSONValue] = [
            "position": .integer(position), "tenant": tenant.wire, "not_before": notBefore.wire,
        ]
        switch target {
        case .member(_, let member): members["member"] = member.wire
        case .session(let session): members["session"] = session.wire
        }
        return .object(members)
    }
}

extension RevocationPage: WireBody, WireEncodable {
    public init(fields: inout FieldReader) {
        _ = fields.required("version", Int64.self) { $0 == Self.version ? nil : "is not a version known here" }
        through = fields.required("through") { $0 >= 0 ? nil : "must not be negative" }
        more = fields.required("more")
        notices = fields.bodies("notices", most: Self.mostNotices)
    }

    public var wire: JSONValue {
        [
            "version": .integer(Self.version), "through": .integer(through), "more": .bool(more),
            "notices": .array(notices.map(\.wire)),
        ]
    }
}
