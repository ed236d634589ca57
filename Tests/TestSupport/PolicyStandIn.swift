import Foundation
import Logging
public import PolicyClient
public import PolicyCore
public import ServiceKit
import ServiceLifecycle
import Synchronization
import WireFormat

/// In the place of PolicyEngine: decides over HTTP by the shipped policies with a test's own changes. Who asks is the
/// test's word; everything else is as the enforcing service states it.
public enum PolicyStandIn {
    /// The shipped policies, each file changed by the test.
    ///
    /// - Parameter change: given the path below `policies` and the text.
    public static func bundle(_ change: (_ path: String, _ text: String) throws -> String) throws -> PolicyBundle {
        let folder = PackageRoot.path + "/policies"
        let paths = (FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []).sorted()
        return try PolicyBundle.load(
            files: paths.filter { $0.hasSuffix(".yaml") }.map { path in
                let text = try String(contentsOfFile: folder + "/" + path, encoding: .utf8)
                return PolicyFile(path: path, bytes: Array(try change(path, text).utf8))
            })
    }

    /// Runs `body` with a client that asks it as `caller`.
    public static func deciding<R: Sendable>(
        by bundle: PolicyBundle, for subject: Subject, asking caller: ServiceName,
        _ body: (PolicyClient) async throws -> R
    ) async throws -> R {
        let folder = FileManager.default.temporaryDirectory.appending(path: "policy-\(UUIDv7.generate())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let keys = [ServiceName.policy, caller].map { ServiceKeyFiles.generate(for: $0) }
        let registry = try write(ServiceKeyFiles.registry(of: keys), "registry", in: folder)
        let (own, asker) = (
            try write(keys[0].keyFile.reveal(), "policy", in: folder),
            try write(keys[1].keyFile.reveal(), "caller", in: folder)
        )
        let port = Mutex<Int?>(nil)
        let logger = TestDatabase.quiet
        let runtime = try ServiceRuntime(
            name: .policy, publicListener: ListenerConfiguration(address: .tcp(host: "127.0.0.1", port: 0)),
            internalListener: ListenerConfiguration(address: .tcp(host: "127.0.0.1", port: 0)), publicRoutes: [],
            internalRoutes: routes(bundle, subject, caller),
            keys: ServiceKeys(service: .policy, keyFile: own, registryFile: registry, logger: logger), verifier: nil,
            logger: logger, onListening: { ports in port.withLock { $0 = ports.internal } })
        let group = runtime.serviceGroup()
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            guard try await eventually({ port.withLock { $0 != nil } }) else { throw NotListening() }
            let client = ServiceClient(
                keys: try ServiceKeys(service: caller, keyFile: asker, registryFile: registry, logger: logger),
                callee: .policy, baseURL: "http://127.0.0.1:\(port.withLock { $0 } ?? 0)",
                transport: ServiceTransport(), logger: logger)
            let result: Result<R, any Error>
            do {
                result = .success(try await body(PolicyClient(client: client)))
            } catch {
                result = .failure(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return try result.get()
        }
    }

    private struct NotListening: Error {}

    private static func write(_ bytes: [UInt8], _ name: String, in folder: URL) throws -> String {
        let path = folder.appending(path: name).path
        _ = FileManager.default.createFile(
            atPath: path, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
        return path
    }

    private static func routes(_ bundle: PolicyBundle, _ subject: Subject, _ caller: ServiceName) -> [Route] {
        let access = Access.service(callers: [caller], user: .none)
        @Sendable func check(_ resource: JSONValue?, _ body: JSONValue) -> JSONValue {
            var decision = bundle.check(
                DecisionRequest(subject: subject, action: action(body), resource: facts(resource), context: now(body)))
            decision.id = UUIDv7.generate().text
            return decision.wire
        }
        @Sendable func plan(_ body: JSONValue) -> JSONValue {
            var plan = bundle.plan(
                PlanRequest(
                    subject: subject, action: action(body), resourceType: body["resource"]?["type"]?.string ?? "",
                    context: now(body)))
            plan.id = UUIDv7.generate().text
            return plan.wire
        }
        return [
            Route(.post, "/internal/v1/questions", access: access, body: .json) { call in
                let questions = try JSONValue.parse(call.body)["questions"]?.array ?? []
                let answers = questions.map { question -> JSONValue in
                    let body = question["body"] ?? .null
                    return [
                        "status": 200,
                        "body": question["kind"] == "plan" ? plan(body) : check(body["resource"], body),
                    ]
                }
                return .json(["answers": .array(answers)])
            },
            Route(.post, "/access/v1/evaluations", access: access, body: .json) { call in
                let body = try JSONValue.parse(call.body)
                let items = body["evaluations"]?.array ?? []
                return .json(["evaluations": .array(items.map { check($0["resource"], body) })])
            },
        ]
    }

    private static func action(_ body: JSONValue) -> String { body["action"]?["name"]?.string ?? "" }

    private static func now(_ body: JSONValue) -> RequestContext {
        RequestContext(time: body["context"]?["time"]?.string.flatMap { Instant(rfc3339: $0) })
    }

    private static func facts(_ resource: JSONValue?) -> Resource {
        var attributes = resource?["properties"]?.object ?? [:]
        let tenant = attributes.removeValue(forKey: "tenant")?.string
        let person = attributes.removeValue(forKey: "subject_id")?.string
        let chain = attributes.removeValue(forKey: "manager_chain")?.array?.compactMap(\.string)
        return Resource(
            type: resource?["type"]?.string ?? "", id: resource?["id"]?.string, tenant: tenant, subjectID: person,
            managerChain: chain, attributes: attributes)
    }
}
