public import WireFormat

/// Who acted.
public struct EventActor: Sendable, Hashable {
    /// What kind of actor.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A person, by a member of an organisation.
        case member
        /// A person signing in, by the account, before a member is known.
        case account
        /// One of the four services on its own behalf.
        case service
        /// Another company's program, by its client id.
        case client
        /// A program that acts for a person.
        case agent
        /// Somebody at the command line of the installation.
        case `operator`
        /// Nobody we know.
        case anonymous
    }

    /// What kind of actor.
    public var kind: Kind
    /// The member, account, client or service; nil only for `anonymous`.
    public var id: String?
    /// The roles at that time.
    public var roles: [String]
    /// The session, when there was one.
    public var session: UUIDv7?
    /// Those through whom the actor acted, nearest first: agents and delegates.
    public var via: [EventParty]
    /// Who took the actor's place, when somebody did.
    public var impersonator: EventParty?

    /// An actor.
    public init(
        kind: Kind, id: String? = nil, roles: [String] = [], session: UUIDv7? = nil, via: [EventParty] = [],
        impersonator: EventParty? = nil
    ) {
        self.kind = kind
        self.id = id
        self.roles = roles
        self.session = session
        self.via = via
        self.impersonator = impersonator
    }

    /// Nobody we know.
    public static let anonymous = EventActor(kind: .anonymous)
}

/// One of several who took part in an act.
public struct EventParty: Sendable, Hashable {
    /// What kind of actor.
    public var kind: EventActor.Kind
    /// Its id.
    public var id: String

    /// A party.
    public init(kind: EventActor.Kind, id: String) {
        self.kind = kind
        self.id = id
    }
}

extension EventActor.Kind: WireValue, WireEncodable {
    /// Stands for a kind that could not be read.
    public static var placeholder: EventActor.Kind { .anonymous }

    /// Reads the kind's name.
    public init(wire: JSONValue) throws(WireValueError) {
        guard let kind = EventActor.Kind(rawValue: try String(wire: wire)) else {
            let names = EventActor.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw WireValueError("must be one of \(names)")
        }
        self = kind
    }

    /// The kind's name.
    public var wire: JSONValue { .string(rawValue) }
}

extension EventParty: WireBody, WireEncodable {
    /// Reads `type` and `id`.
    public init(fields: inout FieldReader) {
        kind = fields.required("type")
        id = fields.required("id", check: identifierComplaint)
    }

    /// The party as JSON.
    public var wire: JSONValue { ["type": kind.wire, "id": .string(id)] }
}

extension EventActor: WireBody, WireEncodable {
    /// Reads the actor; only an anonymous one has no id.
    public init(fields: inout FieldReader) {
        kind = fields.required("type")
        id = fields.optional("id", check: identifierComplaint)
        roles =
            fields.optional("roles", [String].self) { roles in
                if roles.count > EventLimits.roles { return "has more than \(EventLimits.roles) roles" }
                return roles.lazy.compactMap(identifierComplaint).first.map { "has a role that \($0)" }
            } ?? []
        session = fields.optional("session")
        via = fields.bodies("via", most: EventLimits.via)
        impersonator = fields.body("impersonator")
        if (kind == .anonymous) != (id == nil) && fields.errors.isEmpty {
            fields.fail("id", id == nil ? "is required" : "does not belong to an anonymous actor")
        }
    }

    /// The actor as JSON; what is absent is left out.
    public var wire: JSONValue {
        var members: [String: JSONValue] = ["type": kind.wire]
        members["id"] = id.map(JSONValue.string)
        if !roles.isEmpty { members["roles"] = JSONValue(roles) }
        members["session"] = session?.wire
        if !via.isEmpty { members["via"] = via.wire }
        members["impersonator"] = impersonator?.wire
        return .object(members)
    }
}
