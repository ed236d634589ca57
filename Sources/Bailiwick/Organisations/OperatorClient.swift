import HTTPTypes
import Logging
import ServiceKit
import WireFormat

/// What the operator asks of the services: signed by the tool's own key, like every internal call.
struct OperatorClient: Sendable {
    /// Creating an organisation and reading a page of a trail take milliseconds; a machine under load takes longer.
    private static let deadline = Duration.seconds(20)

    private let keys: ServiceKeys
    private let endpoints: Endpoints
    private let transport = ServiceTransport()
    private let logger = Logger(label: "bailiwick.operator")

    /// A client of the installation in `directory`.
    init(directory: DataDirectory, endpoints: Endpoints) throws {
        self.endpoints = endpoints
        keys = try ServiceKeys(
            service: .operator, keyFile: directory.serviceKey(ServiceName.operator.text),
            registryFile: directory.registry, logger: Logger(label: "bailiwick.keys"))
    }

    /// Creates an organisation; the answer holds it and its owner's member id. The invitation goes to the owner by mail.
    func createOrganisation(name: String, ownerEmail: String) async throws -> JSONValue {
        try await send(
            .auth, .post, "/internal/v1/organisations",
            body: ["name": .string(name), "owner_email": .string(ownerEmail)])
    }

    /// Mails the first owner's invitation anew.
    func inviteOwner(of organisation: String, ownerEmail: String) async throws -> JSONValue {
        try await send(
            .auth, .post, "/internal/v1/organisations/\(APIClient.escaped(organisation))/owner",
            body: ["owner_email": .string(ownerEmail)])
    }

    /// Makes a new pepper of passwords.
    func rollPepper() async throws -> JSONValue { try await send(.auth, .post, "/internal/v1/password-peppers") }

    /// A page of a tenant's trail, oldest first.
    func events(tenant: TenantID, after cursor: String?) async throws -> JSONValue {
        let query = cursor.map { "&cursor=" + APIClient.escaped($0) } ?? ""
        return try await send(.audit, .get, "/internal/v1/tenants/\(tenant)/events?order=oldest&limit=200\(query)")
    }

    /// What the policy engine has loaded, and why it refused the last edit.
    func policyBundle() async throws -> JSONValue { try await send(.policy, .get, "/internal/v1/bundle") }

    /// Asks a service at an address of the caller's choice.
    ///
    /// - Throws: `ServiceCallError`, also when the answer is not signed.
    func ask(_ member: Member, at baseURL: String, _ path: String) async throws -> JSONValue {
        let client = ServiceClient(
            keys: keys, callee: member.serviceName, baseURL: baseURL, transport: transport, logger: logger)
        return try await client.send(.get, path, requestID: .generate(), deadline: Self.deadline).json()
    }

    private func send(
        _ member: Member, _ method: HTTPRequest.Method, _ path: String, body: JSONValue? = nil
    ) async throws -> JSONValue {
        let client = ServiceClient(
            keys: keys, callee: member.serviceName, baseURL: endpoints.internalURL(member), transport: transport,
            logger: logger)
        let reply = try await client.send(method, path, body: body, requestID: .generate(), deadline: Self.deadline)
        guard reply.isSuccess else {
            let problem = try reply.json()
            throw CommandFailure(
                "\(member.executable) refused \(path): \(problem["detail"]?.string ?? "status \(reply.status.code)") "
                    + (problem["errors"]?.text ?? ""))
        }
        return try reply.json()
    }
}
