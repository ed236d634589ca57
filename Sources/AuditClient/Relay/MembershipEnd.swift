public import WireFormat

/// The command that a membership ends because the employment ended: HRService puts it into its outbox in the
/// transaction of the termination; AuthService takes it at `POST /internal/v1/memberships/end`.
///
/// It is idempotent by ``id``: AuthService answers a repetition as it answered the first.
public struct MembershipEnd: WireBody, WireEncodable, Hashable {
    /// The version that this release writes and reads.
    public static let version = 1

    /// The command's identity, and the outbox message's; also sent as `Idempotency-Key`.
    public let id: UUIDv7
    /// The organisation.
    public let tenant: TenantID
    /// Whose membership ends.
    public let member: UUIDv7
    /// The employee who left.
    public let employee: UUIDv7
    /// From when on it has ended.
    public let at: Instant
    /// The request that ended the employment; it goes on in AuthService's log lines and events.
    public let requestID: RequestID

    /// A command.
    public init(
        id: UUIDv7 = .generate(), tenant: TenantID, member: UUIDv7, employee: UUIDv7, at: Instant,
        requestID: RequestID
    ) {
        self.id = id
        self.tenant = tenant
        self.member = member
        self.employee = employee
        self.at = at
        self.requestID = requestID
    }

    /// Reads a command.
    public init(fields: inout FieldReader) {
        _ = fields.required("version", Int.self) { $0 == Self.version ? nil : "must be \(Self.version)" }
        id = fields.required("id")
        tenant = fields.required("tenant")
        member = fields.required("member")
        employee = fields.required("employee")
        at = fields.required("at")
        let text = fields.required("request_id", String.self) {
            RequestID($0) == nil ? "is not a request id" : nil
        }
        requestID = RequestID(text) ?? .generate()
    }

    /// The command as JSON.
    public var wire: JSONValue {
        [
            "version": .integer(Int64(Self.version)), "id": id.wire, "tenant": tenant.wire, "member": member.wire,
            "employee": employee.wire, "at": at.wire, "request_id": .string(requestID.text),
        ]
    }

    /// The command as a row of the outbox; see ``AuditOutbox/enqueue(_:in:)``.
    public var message: OutboxMessage {
        OutboxMessage(tenant: tenant, topic: .membershipEnd, id: id, payload: wire)
    }
}
