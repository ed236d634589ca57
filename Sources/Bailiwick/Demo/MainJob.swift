import Foundation
import NIOHTTP1
import WireFormat

/// The whole main job, step by step, each step checked. The steps are in `MainJob+….swift`.
struct MainJob: Sendable {
    /// What runs.
    let installation: Installation
    /// Where it listens.
    let endpoints: Endpoints
    /// As a frontend.
    let api: APIClient
    /// As the operator.
    let `operator`: OperatorClient
    /// The larger organisation.
    var harbourlight: Onboarding.Organisation
    /// The other one.
    var fennelgrey: Onboarding.Organisation
    /// Where the demo's CSV files are.
    let demoFolder: String

    /// A member of the larger organisation.
    func persona(_ role: String) throws -> Persona { try require(harbourlight.personas[role], "a persona \(role)") }

    /// A member of the other one.
    func stranger(_ role: String) throws -> Persona { try require(fennelgrey.personas[role], "a persona \(role)") }

    /// The address of one employee.
    func employee(_ id: String) -> String { endpoints.publicURL(.hr) + "/v1/employees/\(id)" }

    /// Plays everything; `play` knows afterwards whether all held.
    mutating func run(_ play: inout Screenplay) async throws {
        play.heading("Signing in")
        try await signingIn(&play)
        play.heading("Who sees whom")
        try await seeing(&play)
        play.heading("Who changes what")
        try await changing(&play)
        play.heading("A policy is edited while everything runs")
        try await editingPolicy(&play)
        play.heading("Calls between the services")
        try await internalCalls(&play)
        play.heading("Services die")
        try await dying(&play)
        play.heading("Evidence")
        try await evidence(&play)
    }

    /// The employee numbers that a persona's list shows, in order.
    func numbers(seenBy persona: Persona) async throws -> [String] {
        try await api.everything(endpoints.publicURL(.hr) + "/v1/employees", token: persona.token)
            .compactMap { $0["employee_number"]?.string }.sorted()
    }

    /// The same from the CSV by a program of a few lines that knows nothing of us.
    func numbersInCSV(under persona: Persona) async throws -> [String] {
        try await ForeignTools.run(
            "/usr/bin/python3",
            ["\(demoFolder)/subtree.py", "\(demoFolder)/\(persona.organisation)/employees.csv", persona.employeeNumber]
        )
        .split(separator: "\n").map(String.init).sorted()
    }
}
