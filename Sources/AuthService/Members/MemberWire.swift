import ServiceKit
import WireFormat

/// `POST /v1/members`.
struct InviteRequest: WireBody {
    let email: EmailAddress
    let roles: RoleSet

    init(email: EmailAddress, roles: RoleSet) {
        self.email = email
        self.roles = roles
    }

    init(fields: inout FieldReader) {
        email = fields.required("email")
        roles = fields.required("roles")
    }
}

/// `PATCH /v1/members/{id}`.
enum MemberChange: WireBody {
    case roles(RoleSet)
    /// `{"status": "ended"}`: the membership ends, for good.
    case end

    init(fields: inout FieldReader) {
        let roles: RoleSet? = fields.optional("roles")
        let status: String? = fields.optional("status") {
            $0 == Member.Status.ended.rawValue ? nil : "can only become `ended`"
        }
        if let roles { self = .roles(roles) } else { self = .end }
        if (roles == nil) == (status == nil), fields.errors.isEmpty {
            fields.fail("roles", "is given, or `status`, and not both")
        }
    }

    /// The field that it writes.
    var field: String {
        switch self {
        case .roles: "roles"
        case .end: "status"
        }
    }

    /// The policy's action.
    var action: String {
        switch self {
        case .roles: "member.update_roles"
        case .end: "member.end"
        }
    }

    /// What it does with the role `owner` of `member`; nil when the role stays as it is.
    func ownership(of member: Member) -> OwnershipChange? {
        let (isOwner, becomesOwner) =
            switch self {
            case .roles(let roles): (member.roles.contains(.owner), roles.contains(.owner))
            case .end: (member.roles.contains(.owner), false)
            }
        guard isOwner != becomesOwner else { return nil }
        return becomesOwner ? .given : .taken
    }
}

/// What becomes of the role `owner`; the words are the policy's actions.
enum OwnershipChange: String {
    case given = "member.give_owner"
    case taken = "member.take_owner"
}

/// `PUT /internal/v1/members/{id}/employee`.
struct EmployeeLink: WireBody {
    /// The employee, or nil to take the link away.
    let employeeID: UUIDv7?

    init(fields: inout FieldReader) {
        if !fields.has("employee_id") { fields.fail("employee_id", "is required; null takes the link away") }
        employeeID = fields.optional("employee_id")
    }
}

/// A member as one caller sees it; fields of classes that are not open are left out and named.
struct MemberView: WireEncodable {
    let id: UUIDv7
    let tag: ETag
    private let members: [String: JSONValue]

    private static let accountFields = ["roles", "employee_id", "status", "created_at"]
    private static let contactFields = ["email"]

    /// - Parameter email: nil when it is withheld, or when the person was erased.
    init(_ gated: GatedMember, email: EmailAddress?) {
        let member = gated.member
        id = member.id
        tag = member.tag
        var members: [String: JSONValue] = ["id": member.id.wire, "version": .integer(member.version)]
        var withheld: [String] = []
        if gated.showsAccount {
            members["roles"] = member.roles.wire
            members["employee_id"] = member.employeeID?.wire ?? .null
            members["status"] = .string(member.status.rawValue)
            members["created_at"] = member.createdAt.wire
        } else {
            withheld += Self.accountFields
        }
        if gated.showsContact { members["email"] = JSONValue(email?.reveal()) } else { withheld += Self.contactFields }
        members["withheld"] = JSONValue(withheld)
        self.members = members
    }

    var wire: JSONValue { .object(members) }
}

extension Problem {
    /// 403: policy does not let the caller write these fields.
    static func unwritable(_ fields: [String], _ decision: String?) -> Problem {
        Problem(
            .forbidden, "field-not-writable", title: "The caller may not do this",
            detail: "policy does not let the caller write some of the fields",
            errors: fields.map {
                FieldError(pointer: JSONPointer.appending($0, to: ""), detail: "may not be written by the caller")
            }, members: ["decision_id": JSONValue(decision), "reason": "field-not-writable"])
    }
    static let lastOwner = Problem.conflict(
        "last-owner", detail: "an organisation needs an owner; make somebody else one first")
    static let ownRoles = Problem.forbidden(
        "own-roles", detail: "nobody gives himself a role; somebody else has to")
    static let ownerOnly = Problem.forbidden(
        "owner-only", detail: "only an owner makes somebody an owner, or takes that away")
    static let roleNotHeld = Problem.forbidden(
        "role-not-held", detail: "nobody gives the roles owner, admin or hr_lead who does not hold them")
    static let ownEnd = Problem.forbidden(
        "own-end", detail: "nobody ends his own membership; somebody else has to")
    static let ownLink = Problem.forbidden(
        "own-link", detail: "nobody links himself to an employee; somebody else has to")
    static let ownInvitation = Problem.forbidden(
        "own-invitation",
        detail: "nobody links a member whom he has invited, since he chose the address; somebody else has to")
    static let memberEnded = Problem.conflict("member-ended", detail: "the membership has ended")
}
