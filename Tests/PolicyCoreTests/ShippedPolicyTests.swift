import PolicyCore
import Testing
import WireFormat

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The policies that the project ships, as role by action.
struct ShippedPolicyTests {
    /// The modules that services enforce today; the suites in `policies/tests` speak of all.
    static let modules = [
        "application", "audit", "department", "employee", "member", "organisation", "policy", "report",
    ]
    static let others = [
        "agent", "claim", "contract", "document", "invoice", "leave", "payroll", "plan", "position", "review",
    ]

    static func bundle() throws -> PolicyBundle {
        let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        let paths = ["roles.yaml", "shared/hr.yaml"] + (modules + others).map { "modules/\($0).yaml" }
        return try PolicyBundle.load(
            files: try paths.map { PolicyFile(path: "policies/" + $0, bytes: try read(root + "/policies/" + $0)) })
    }

    private struct Unreadable: Error { let path: String }

    private static func read(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "rb") else { throw Unreadable(path: path) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer.prefix(count) }
        return bytes
    }

    @Test func everyRoleIsThere() throws {
        #expect(
            try Self.bundle().roleNames == ["employee", "manager", "analyst", "viewer", "hr_lead", "admin", "owner"])
    }

    /// The widest scope by role, in the order employee, manager, analyst, viewer, hr_lead, admin, owner.
    static let matrix: [(String, [String])] = [
        ("employee.view", ["self", "sub(any)", "self", "all", "all", "all", "all"]),
        ("employee.create", ["-", "-", "-", "-", "all", "-", "all"]),
        ("employee.update", ["-", "-", "-", "-", "all", "-", "all"]),
        ("employee.terminate", ["-", "-", "-", "-", "all", "-", "all"]),
        ("employee.change_manager", ["-", "-", "-", "-", "all", "-", "all"]),
        ("employee.link_member", ["-", "-", "-", "-", "-", "all", "all"]),
        ("employee.import", ["-", "-", "-", "-", "all", "all", "all"]),
        ("department.view", ["all", "all", "all", "all", "all", "all", "all"]),
        ("department.create", ["-", "-", "-", "-", "all", "-", "all"]),
        ("department.update", ["-", "-", "-", "-", "all", "-", "all"]),
        ("member.view", ["self", "self", "self", "self", "self", "all", "all"]),
        ("member.create", ["-", "-", "-", "-", "-", "all", "all"]),
        ("member.update_roles", ["-", "-", "-", "-", "-", "all", "all"]),
        ("member.end", ["-", "-", "-", "-", "-", "all", "all"]),
        ("organisation.view", ["all", "all", "all", "all", "all", "all", "all"]),
        ("organisation.update", ["-", "-", "-", "-", "-", "-", "all"]),
        ("application.view", ["-", "-", "-", "-", "-", "all", "all"]),
        ("application.create", ["-", "-", "-", "-", "-", "all", "all"]),
        ("application.end", ["-", "-", "-", "-", "-", "all", "all"]),
        ("organisation.update_settings", ["-", "-", "-", "-", "-", "-", "all"]),
        ("organisation.view_settings", ["-", "-", "-", "-", "-", "all", "all"]),
        ("audit.view", ["-", "-", "-", "-", "-", "all", "all"]),
        ("policy.view", ["-", "-", "-", "-", "all", "all", "all"]),
        ("policy.query", ["-", "-", "-", "-", "-", "all", "all"]),
        ("policy.simulate", ["-", "-", "-", "-", "-", "all", "all"]),
        ("report.view", ["-", "-", "all", "-", "all", "-", "all"]),
    ]

    @Test func theMatrixIsWhole() throws {
        // Who becomes and who stops being an owner needs facts that a matrix has not; `policies/tests` has them.
        let elsewhere: Set = ["member.give_owner", "member.take_owner"]
        let enforced = try Self.bundle().actionNames.filter { name in
            Self.modules.contains { name.hasPrefix($0 + ".") } && !elsewhere.contains(name)
        }
        #expect(enforced == Self.matrix.map(\.0).sorted())
    }

    @Test(arguments: matrix)
    func aRoleMayDoThisOverThese(_ action: String, _ scopes: [String]) throws {
        let bundle = try Self.bundle()
        let type = String(action.prefix { $0 != "." })
        let about = ["employee": "id", "member": "id", "audit": "subject_id"][type]
        for (role, expected) in zip(bundle.roleNames, scopes) {
            let subject = Subject(tenant: "t", id: "me", roles: [role], employeeID: "e1")
            // What each scope covers, narrowest first: the widest that is allowed names it.
            let ladder: [(String, Resource)] = [
                ("all", Resource(type: type, id: "x", tenant: "t", managerChain: ["boss"])),
                ("sub(any)", Resource(type: type, id: "x", tenant: "t", managerChain: ["other", "e1"])),
                ("sub(direct)", Resource(type: type, id: "x", tenant: "t", managerChain: ["e1"])),
                ("self", Resource(type: type, id: type == "member" ? "me" : "e1", tenant: "t", managerChain: [])),
            ]
            let widest = ladder.first {
                bundle.check(DecisionRequest(subject: subject, action: action, resource: $0.1)).isAllowed
            }
            #expect(widest?.0 ?? "-" == expected, "\(role)")
            guard bundle.isListable(action: action) else { continue }
            let rows = bundle.plan(PlanRequest(subject: subject, action: action, resourceType: type)).rows
            for (name, record) in ladder {
                let decision = bundle.check(DecisionRequest(subject: subject, action: action, resource: record))
                #expect(rows.allows(record, about: about) == decision.isAllowed, "\(role) \(name)")
            }
        }
    }

    /// Fields of a stranger, of one directly below, of one further below, and of oneself.
    static let fields: [(role: String, stranger: [String], direct: [String], below: [String], own: [String])] = [
        (
            "employee", [], [], [],
            ["identity", "employment", "reporting", "account", "contact", "pay", "bank", "national_id", "demographics"]
        ),
        (
            "manager", [], ["identity", "employment", "reporting", "contact", "pay"],
            ["identity", "employment", "reporting", "contact"],
            ["identity", "employment", "reporting", "account", "contact", "pay", "bank", "national_id", "demographics"]
        ),
        ("viewer", ["identity"], ["identity"], ["identity"], ["identity"]),
        (
            "admin", ["identity", "reporting", "account", "contact"], ["identity", "reporting", "account", "contact"],
            ["identity", "reporting", "account", "contact"],
            ["identity", "employment", "reporting", "account", "contact", "pay", "bank", "national_id", "demographics"]
        ),
    ]

    @Test(arguments: fields)
    func aRoleReadsTheseFields(
        _ expected: (role: String, stranger: [String], direct: [String], below: [String], own: [String])
    ) throws {
        let bundle = try Self.bundle()
        let subject = Subject(tenant: "t", id: "me", roles: [expected.role], employeeID: "e1")
        let cases: [(Resource, [String])] = [
            (Resource(type: "employee", id: "x", tenant: "t", managerChain: ["boss"]), expected.stranger),
            (Resource(type: "employee", id: "x", tenant: "t", managerChain: ["e1", "boss"]), expected.direct),
            (Resource(type: "employee", id: "x", tenant: "t", managerChain: ["y", "e1"]), expected.below),
            (Resource(type: "employee", id: "e1", tenant: "t", managerChain: []), expected.own),
        ]
        for (record, classes) in cases {
            let access = bundle.check(DecisionRequest(subject: subject, action: "employee.view", resource: record))
                .fields
            #expect(access.classes.map(\.name).filter { access.canRead(class: $0) } == classes)
            #expect(access.writableFields.isEmpty || expected.role == "admin")
        }
    }

    @Test func nobodyChangesTheirOwnRoles() throws {
        let bundle = try Self.bundle()
        for role in ["admin", "owner"] {
            for employee in [nil, "e1"] as [String?] {
                let subject = Subject(tenant: "t", id: "me", roles: [role], employeeID: employee)
                func decide(_ id: String) -> Decision {
                    bundle.check(
                        DecisionRequest(
                            subject: subject, action: "member.update_roles",
                            resource: Resource(type: "member", id: id, tenant: "t")))
                }
                #expect(decide("me").reason == .denied(rule: "member/own-roles"))
                #expect(decide("other").isAllowed)
            }
        }
    }

    @Test func anAnalystGetsEmployeeViewByOneMoreGrant() throws {
        let bundle = try Self.bundle()
        let analyst = Subject(tenant: "t", id: "me", roles: ["analyst"], employeeID: "e1")
        #expect(
            bundle.plan(PlanRequest(subject: analyst, action: "employee.view", resourceType: "employee")).rows
                == .about(subject: "e1"))
        #expect(
            bundle.plan(PlanRequest(subject: analyst, action: "employee.update", resourceType: "employee")).reason
                == .noGrant)
    }

    @Test func theServicesOwnTheirTypes() throws {
        let bundle = try Self.bundle()
        #expect(
            Self.modules.map { bundle.owner(ofType: $0) }
                == ["auth", "audit", "hr", "hr", "auth", "auth", "policy", "hr"])
    }
}
