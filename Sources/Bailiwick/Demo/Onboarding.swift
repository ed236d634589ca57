import Foundation
import NIOHTTP1
import WireFormat

/// Brings an organisation of `demo/` in as a customer would: the operator creates it, the owner accepts the invitation that
/// came by mail, imports the CSV, and invites the members, who choose passwords and enrol an authenticator.
struct Onboarding: Sendable {
    /// The running services.
    let endpoints: Endpoints
    /// As a frontend.
    let api: APIClient
    /// As the operator.
    let `operator`: OperatorClient
    /// The folder that holds one folder an organisation.
    let demoFolder: String
    /// Where the invitations arrive.
    let mails: MailFolder

    /// One line of `members.csv`.
    struct MemberRow: Sendable, Hashable {
        /// The number in `employees.csv`.
        let employeeNumber: String
        /// The address to invite.
        let email: String
        /// Role names.
        let roles: [String]
    }

    /// What came of an organisation.
    struct Organisation: Sendable {
        /// Its folder in `demo/`.
        let folder: String
        /// Its id, which is its tenant.
        let id: String
        /// The personas by role, all signed in; the second administrator is `admin-2`.
        var personas: [String: Persona]
        /// The import's report.
        let imported: JSONValue
    }

    /// The page that the links of invitations lead to.
    static let invitationPage = "accept-invitation"

    /// The names by which the demo's organisations are known.
    static let names = ["harbourlight": "Harbourlight Logistics", "fennelgrey": "Fennel & Grey Architects"]

    /// Does all of it for one folder.
    func bring(_ folder: String) async throws -> Organisation {
        let rows = try members(of: folder)
        let ownerRow = try require(rows.first { $0.roles.contains("owner") }, "an owner in \(folder)/members.csv")
        let created = try await `operator`.createOrganisation(
            name: Self.names[folder] ?? folder, ownerEmail: ownerRow.email)
        let organisation = try require(created["organisation"]?["id"]?.string, "an organisation id")
        let ownerMember = try require(created["member"]?["id"]?.string, "the owner's member id")
        var owner = try await enrol(folder, ownerRow, member: ownerMember)
        owner = try await signIn(owner)

        let report = try await importEmployees(folder, as: owner)
        var personas = [ownerRow.roles[0]: owner]
        for row in rows where row != ownerRow {
            personas[key(of: row, among: personas)] = try await invite(row, folder: folder, by: owner)
        }
        try await linkAll(&personas)
        return Organisation(folder: folder, id: organisation, personas: personas, imported: report)
    }

    /// The role; the second administrator is `admin-2`, and so on.
    private func key(of row: MemberRow, among personas: [String: Persona]) -> String {
        let role = row.roles[0]
        let others = personas.keys.filter { $0 == role || $0.hasPrefix(role + "-") }.count
        return others == 0 ? role : "\(role)-\(others + 1)"
    }

    private func members(of folder: String) throws -> [MemberRow] {
        let text = String(decoding: try file(folder, "members.csv"), as: UTF8.self)
        return text.split(separator: "\n").dropFirst().map { line in
            let cells = line.split(separator: ",").map(String.init)
            return MemberRow(
                employeeNumber: cells[0], email: cells[1], roles: cells[2].split(separator: " ").map(String.init))
        }
    }

    private func file(_ folder: String, _ name: String) throws -> [UInt8] {
        let path = "\(demoFolder)/\(folder)/\(name)"
        guard let content = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("cannot read `\(path)`; run from the checkout, or name it with --demo-folder")
        }
        return Array(content)
    }

    private func importEmployees(_ folder: String, as owner: Persona) async throws -> JSONValue {
        try await api.send(
            .POST, endpoints.publicURL(.hr) + "/v1/employees/import", token: owner.token,
            body: .csv(try file(folder, "employees.csv")), timeout: .seconds(120)
        ).with(status: 200).json
    }

    private func invite(_ row: MemberRow, folder: String, by owner: Persona) async throws -> Persona {
        let invited = try await api.send(
            .POST, endpoints.publicURL(.auth) + "/v1/members", token: owner.token,
            body: .json(["email": .string(row.email), "roles": JSONValue(row.roles)]),
            headers: [("Idempotency-Key", UUIDv7.generate().text)]
        ).with(status: 201).json
        return try await enrol(folder, row, member: try require(invited["id"]?.string, "a member id"))
    }

    /// Accepts the invitation of one's mail: a password of one's own, then the first code of the new authenticator.
    private func enrol(_ folder: String, _ row: MemberRow, member: String) async throws -> Persona {
        let invitation = try await mails.token(of: Self.invitationPage, to: row.email)
        let password = "demo " + Base64URL.encode((0..<18).map { _ in UInt8.random(in: .min ... .max) })
        let accepted = try await api.send(
            .POST, endpoints.publicURL(.auth) + "/v1/invitations/accept",
            body: .json(["token": .string(invitation), "password": .string(password)])
        ).with(status: 200).json
        let secret = try require(accepted["totp"]?["secret"]?.string, "a TOTP secret")
        let enrolment = try require(accepted["enrolment"]?.string, "an enrolment")
        // The code of the step before: it is within the window, and leaves the present one for signing in.
        let code = try await ForeignTools.oneTimeCode(secret: secret, stepsAhead: -1)
        try await api.send(
            .POST, endpoints.publicURL(.auth) + "/v1/invitations/confirm",
            body: .json(["enrolment": .string(enrolment), "code": .string(code)])
        ).with(status: 200)
        return Persona(
            organisation: folder, employeeNumber: row.employeeNumber, email: row.email, password: password,
            secret: secret, member: member)
    }

    /// Password, then the code of the present step.
    func signIn(_ persona: Persona) async throws -> Persona {
        var persona = persona
        let first = try await api.send(
            .POST, endpoints.publicURL(.auth) + "/v1/sign-in",
            body: .json(["email": .string(persona.email), "password": .string(persona.password)])
        ).with(status: 200).json
        let tokens = try await api.send(
            .POST, endpoints.publicURL(.auth) + "/v1/sign-in/totp",
            body: .json([
                "challenge": try require(first["challenge"], "a challenge"),
                "code": .string(try await ForeignTools.oneTimeCode(secret: persona.secret)),
            ])
        ).with(status: 200).json
        persona.token = try require(tokens["access_token"]?.string, "an access token")
        persona.refreshToken = try require(tokens["refresh_token"]?.string, "a refresh token")
        return persona
    }

    /// A new access token for the same session, with what has changed about the member since.
    func refresh(_ persona: Persona) async throws -> Persona {
        var persona = persona
        let tokens = try await api.send(
            .POST, endpoints.publicURL(.auth) + "/v1/token",
            body: .form([("grant_type", "refresh_token"), ("refresh_token", persona.refreshToken)])
        ).with(status: 200).json
        persona.token = try require(tokens["access_token"]?.string, "an access token")
        persona.refreshToken = try require(tokens["refresh_token"]?.string, "a refresh token")
        return persona
    }

    /// Nobody links himself, nor whom he has invited, and the owner has invited all: two administrators link each other,
    /// and one of them the rest. Then all take tokens that know the link.
    private func linkAll(_ personas: inout [String: Persona]) async throws {
        let owner = try require(personas["owner"], "an owner")
        let ids = try await employeeIDs(seenBy: owner)
        for (role, persona) in personas {
            personas[role]?.employee = try require(ids[persona.employeeNumber], "to find \(persona.employeeNumber)")
        }
        var first = try await signIn(try require(personas["admin"], "an administrator"))
        var second = try await signIn(try require(personas["admin-2"], "a second administrator"))
        try await link(first, by: second)
        first = try await refresh(first)
        try await link(second, by: first)
        second = try await refresh(second)
        for (role, persona) in personas where !["admin", "admin-2"].contains(role) {
            try await link(persona, by: first)
            personas[role] = persona.token.isEmpty ? try await signIn(persona) : try await refresh(persona)
        }
        personas["admin"] = first
        personas["admin-2"] = second
    }

    private func link(_ persona: Persona, by linker: Persona) async throws {
        try await api.send(
            .PUT, endpoints.publicURL(.hr) + "/v1/employees/\(persona.employee)/member", token: linker.token,
            body: .json(["member_id": .string(persona.member)])
        ).with(status: 200)
    }

    /// The employees' ids by number, page by page.
    private func employeeIDs(seenBy persona: Persona) async throws -> [String: String] {
        var ids: [String: String] = [:]
        for item in try await api.everything(endpoints.publicURL(.hr) + "/v1/employees", token: persona.token) {
            if let number = item["employee_number"]?.string, let id = item["id"]?.string { ids[number] = id }
        }
        return ids
    }
}
