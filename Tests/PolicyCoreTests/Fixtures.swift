import PolicyCore
import WireFormat

/// Small bundles and people for the tables below.
enum Fixtures {
    static let roles = """
        roles:
          employee: {}
          manager: {inherits: [employee]}
          lead: {inherits: [manager]}
          hr: {}
          robot: {}
        """

    /// A module with everything in it.
    static func module(grants: String = "", denials: String = "", fields: String = "") -> String {
        """
        module: employee
        owner: hr
        about: id
        attributes:
          id: employee
          country: {type: enum, values: [DE, FR, US]}
          level: integer
          remote: boolean
          salary: {type: string, sealed: true}
          name: string
        actions:
          view: {listable: true}
          update: {listable: true}
          create: {}
        \(grants.isEmpty ? "" : "grants:\n" + grants)
        \(denials.isEmpty ? "" : "denials:\n" + denials)
        \(fields.isEmpty ? "" : "fields:\n" + fields)
        """
    }

    static func bundle(
        roles: String = Fixtures.roles, grants: String = "", denials: String = "", fields: String = ""
    ) throws -> PolicyBundle {
        try PolicyBundle.load(files: [
            PolicyFile(path: "roles.yaml", text: roles),
            PolicyFile(path: "employee.yaml", text: module(grants: grants, denials: denials, fields: fields)),
        ])
    }

    static func subject(
        _ roles: [String], employee: String? = "ann", tenant: String? = "acme", act: [Subject.Hop] = []
    ) -> Subject {
        Subject(tenant: tenant, id: "member-ann", roles: roles, employeeID: employee, act: act)
    }

    static func record(
        _ id: String, chain: [String]? = [], tenant: String? = "acme", _ attributes: [String: JSONValue] = [:]
    ) -> Resource {
        Resource(type: "employee", id: id, tenant: tenant, managerChain: chain, attributes: attributes)
    }
}

extension PolicyBundle {
    /// A check of one record in the fixtures' module.
    func decide(_ subject: Subject, _ action: String, _ record: Resource) -> Decision {
        check(DecisionRequest(subject: subject, action: "employee.\(action)", resource: record))
    }

    /// A plan in the fixtures' module.
    func planned(_ subject: Subject, _ action: String = "view") -> Plan {
        plan(PlanRequest(subject: subject, action: "employee.\(action)", resourceType: "employee"))
    }
}

/// A generator of random numbers that gives the same ones for the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

    mutating func pick<T>(_ items: [T]) -> T { items[Int.random(in: 0..<items.count, using: &self)] }
}
