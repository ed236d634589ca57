import ServiceKit
import WireFormat

/// `POST /internal/v1/organisations`.
struct OrganisationRequest: WireBody {
    /// Longer ones fit no page.
    static let longestName = 200

    /// The operator may choose it, so that asking twice makes one.
    let id: UUIDv7?
    let name: String
    let ownerEmail: EmailAddress

    init(fields: inout FieldReader) {
        id = fields.optional("id")
        name = fields.required("name", check: Self.nameComplaint)
        ownerEmail = fields.required("owner_email")
    }

    /// What is wrong with a name of an organisation or a client, or nil.
    static func nameComplaint(_ name: String) -> String? {
        guard (1...longestName).contains(name.count), name.contains(where: { !$0.isWhitespace }) else {
            return "must have 1 to \(longestName) characters, not only blanks"
        }
        return name.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7f }
            ? "must not contain control characters" : nil
    }
}

/// `POST /internal/v1/organisations/{id}/owner`.
struct OwnerInvitation: WireBody {
    let email: EmailAddress

    init(fields: inout FieldReader) { email = fields.required("owner_email") }
}

extension Problem {
    static let organisationHasOwner = Problem.conflict(
        "organisation-has-owner", detail: "the organisation has an owner, who invites others")
}

extension Organisation: WireEncodable {
    var wire: JSONValue { ["id": id.wire, "name": .string(name), "created_at": createdAt.wire] }
}
