import AuditClient
import AuditCore
import IdentityClient
import Logging
import Postgres
import SQLQuery
import ServiceKit
import ServiceLifecycle
import Synchronization
import WireFormat

/// The signing keys in memory, opened; as a service it makes the first one, rotates on schedule, and takes up what
/// other copies of this service do.
final class SigningKeyRing: Service {
    /// How often a copy looks without having been told. A new key has ``SigningKeySchedule/notice`` before it signs.
    static let reloadInterval: Duration = .seconds(30)

    private let store: SigningKeyStore
    private let secrets: IdentitySecrets
    private let outbox: AuditOutbox
    private let systemTenant: TenantScope
    private let logger: Logger
    private let now: @Sendable () -> Instant
    private let state = Mutex<[OpenedKey]>([])

    private struct OpenedKey: Sendable {
        let record: SigningKeyRecord
        let key: RSASigningKey
    }

    /// An empty ring; ``prepare()`` or ``run()`` fills it.
    init(
        store: SigningKeyStore, secrets: IdentitySecrets, outbox: AuditOutbox, systemTenant: TenantScope,
        logger: Logger, now: @escaping @Sendable () -> Instant
    ) {
        self.store = store
        self.secrets = secrets
        self.outbox = outbox
        self.systemTenant = systemTenant
        self.logger = logger
        self.now = now
    }

    /// The key that signs now.
    func signingKey(at now: Instant) throws(Problem) -> RSASigningKey {
        let keys = state.withLock { $0 }
        guard let current = SigningKeySchedule.current(of: keys.map(\.record), at: now),
            let opened = keys.first(where: { $0.record.id == current.id })
        else { throw .unavailable("keys-unavailable", detail: "there is no signing key at present") }
        return opened.key
    }

    /// Whether there is a key to sign with: part of `/health/ready`.
    var isReady: Bool { (try? signingKey(at: now())) != nil }

    /// The JWK set: every key that signs, will sign, or has signed a token that may be alive.
    var jwks: JSONValue {
        let now = now()
        let published = state.withLock { $0 }.map(\.record).filter { SigningKeySchedule.state($0, at: now) != .expired }
        return ["keys": .array(published.map(\.publicJWK.wire))]
    }

    /// What the operator sees of the keys.
    var overview: JSONValue {
        let now = now()
        return [
            "keys": .array(
                state.withLock { $0 }.map(\.record).map { key in
                    [
                        "kid": .string(key.publicJWK.kid),
                        "state": .string(SigningKeySchedule.state(key, at: now).rawValue),
                        "activates_at": key.activatesAt.wire, "retires_at": key.retiresAt?.wire ?? .null,
                        "removes_at": key.removesAt?.wire ?? .null,
                    ]
                })
        ]
    }

    /// Loads the keys, making what is due.
    func prepare() async throws {
        try await load()
        if SigningKeySchedule.activation(after: records, at: now()) != nil { try await rotate(onDemand: false) }
    }

    /// Keeps the ring up to date until the process shuts down.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.keepUp() }
                group.addTask { await self.listen() }
                await group.waitForAll()
            }
        }
    }

    /// Publishes a new key, which signs after the notice that consumers need, and retires the present one then.
    /// On schedule it does nothing when another copy was quicker.
    ///
    /// - Throws: 409 `rotation-pending` on demand, while a new key waits for its first signature. One key a notice, and
    ///   each published for an overlap, stay far below what a consumer takes (`SigningKeySet`).
    func rotate(onDemand: Bool, event: AuditEvent? = nil) async throws {
        // Generated and sealed before the lock is taken: it is slow, and sealing needs a connection of its own.
        let key = try RSASigningKey.generate()
        let id = UUIDv7.generate(at: now())
        let sealed = try await secrets.sealSigningKey(try key.privateDER(), id: id)
        let now = now
        try await store.database.transaction(systemTenant) { transaction in
            _ = try await transaction.query(SigningKeyStore.lock)
            let present = try await transaction.query(SigningKeyStore.select(at: now())).map(SigningKeyStore.read)
            let due = SigningKeySchedule.activation(after: present, at: now())
            guard onDemand || due != nil else { return }
            guard due != nil || !present.contains(where: { SigningKeySchedule.state($0, at: now()) == .next }) else {
                throw Problem.rotationPending
            }
            let activation = due ?? now().adding(SigningKeySchedule.notice)
            let record = SigningKeyRecord(
                id: id, publicJWK: key.publicJWK, sealedPrivateKey: sealed, createdAt: now(),
                activatesAt: max(activation, now()), retiresAt: nil, removesAt: nil)
            let event =
                event
                ?? AuditEvent(
                    id: .generate(), tenant: .system, time: .now(), actor: EventActor(ServiceName.auth),
                    action: "signing_key.rotate",
                    resource: EventResource(type: "signing_key", id: record.publicJWK.kid), outcome: .allowed,
                    reason: "on-schedule", requestID: .generate())
            _ = try await transaction.pipeline([
                SigningKeyStore.insert(record),
                SigningKeyStore.retire(
                    before: record.activatesAt, except: id,
                    removal: record.activatesAt.adding(SigningKeySchedule.overlap)),
                try outbox.insertion(of: event), SigningKeyStore.announce,
            ])
        }
        try await load()
    }

    /// Reads the keys and opens those that are new to this process.
    func load() async throws {
        let records = try await store.all(at: now())
        let known = Dictionary(
            state.withLock { $0 }.map { ($0.record.id, $0.key) }, uniquingKeysWith: { first, _ in first })
        var opened: [OpenedKey] = []
        for record in records {
            let key: RSASigningKey
            if let present = known[record.id] {
                key = present
            } else {
                key = try RSASigningKey(
                    privateDER: try await secrets.openSigningKey(record.sealedPrivateKey, id: record.id))
            }
            guard key.publicJWK == record.publicJWK else { throw DamagedRow(table: "signing_key") }
            opened.append(OpenedKey(record: record, key: key))
        }
        let result = opened
        state.withLock { $0 = result }
    }

    private var records: [SigningKeyRecord] { state.withLock { $0 }.map(\.record) }

    private func keepUp() async {
        while !Task.isCancelled {
            do {
                try await prepare()
                try await store.prune(now: now())
            } catch {
                logger.error("the signing keys cannot be kept up to date", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: Self.reloadInterval)
        }
    }

    private func listen() async {
        guard let channel = SigningKeyStore.channel else { return }
        while !Task.isCancelled {
            do {
                for try await _ in store.database.notifications(on: channel) { try await load() }
            } catch {
                logger.warning("key rotations of other copies are polled for", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: Self.reloadInterval)
        }
    }
}
