import NIOHTTP1
import Testing
import WireFormat

@testable import Bailiwick

/// One operation that a service says it has, in the `/openapi.json` that it serves.
struct ServedOperation: Sendable, CustomStringConvertible {
    /// Who serves it.
    let service: Member
    /// Its method.
    let method: HTTPMethod
    /// Its path pattern.
    let path: String
    /// Whether the public listener has it.
    let isPublic: Bool
    /// Whether the internal listener has it.
    let isInternal: Bool
    /// Whether its body is JSON.
    let takesJSON: Bool

    /// `hr GET /v1/employees`.
    var name: String { "\(service.rawValue) \(method.rawValue) \(path)" }

    /// The same as `name`.
    var description: String { name }

    /// All operations of all services.
    static func all(of running: RunningInstallation) async throws -> [ServedOperation] {
        var operations: [ServedOperation] = []
        for service in Member.allCases {
            let document = try await running.api.send(.GET, running.endpoints.publicURL(service) + "/openapi.json")
                .with(status: 200).json
            let paths = try #require(document["paths"]?.object, "paths of \(service)")
            for (path, item) in paths.sorted(by: { $0.key < $1.key }) {
                for (method, operation) in item.object ?? [:]
                where ["get", "post", "put", "patch", "delete"].contains(method) {
                    let listeners = operation["x-listener"]?.array?.compactMap(\.string) ?? ["public"]
                    operations.append(
                        ServedOperation(
                            service: service, method: HTTPMethod(rawValue: method.uppercased()), path: path,
                            isPublic: listeners.contains("public"), isInternal: listeners.contains("internal"),
                            takesJSON: operation["requestBody"]?["content"]?["application/json"] != nil))
                }
            }
        }
        return operations
    }
}
