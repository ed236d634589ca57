import Glibc
import KeyVault
import Synchronization
import WireFormat

/// Computes bcrypt on threads of its own, as many as the machine has cores, below the priority of everything else, with
/// a bounded queue before them. The cooperative pool never waits for a hash, and a storm of sign-ins is shed instead of
/// remembered.
final class PasswordHasher: Sendable {
    /// How many may wait for each thread: at 300 ms a hash the last one waits about five seconds, which is as long as a
    /// person waits for a sign-in.
    static let waitersPerThread = 16

    /// The part of the queue that callers of one address may fill, as a divisor: one host that guesses sheds itself, and
    /// an office that signs in at nine o'clock still finds several places.
    static let addressShare = 4

    /// The queue was full; try again after this many seconds.
    struct Overloaded: Error, Sendable {
        let retryAfterSeconds: Int
    }

    /// libxcrypt could not compute: a broken library or no entropy.
    struct Failed: Error, Sendable {}

    /// The cost of new hashes.
    let cost: Int
    private let workers: PasswordWorkers
    /// Hashes of nobody's password, from the lowest cost up to the present one, so that an unknown account costs what a
    /// known one does, whatever the cost was when that one's password was set.
    private let decoys: [Int: String]
    private let computedRounds = Atomic<Int>(0)

    /// Starts `threads` threads; nil when libxcrypt cannot make a hash of this cost.
    init?(cost: Int = Bcrypt.standardCost, threads: Int, waitersPerThread: Int = PasswordHasher.waitersPerThread) {
        let engine = Bcrypt()
        defer { engine.free() }
        guard Bcrypt.costs.contains(cost) else { return nil }
        var decoys: [Int: String] = [:]
        for cost in Bcrypt.costs.lowerBound...cost {
            decoys[cost] = engine.hash(Redacted(Array("nobody has this password".utf8)), cost: cost)
            guard decoys[cost] != nil else { return nil }
        }
        self.cost = cost
        self.decoys = decoys
        self.workers = PasswordWorkers(threads: max(1, threads), mostWaiting: max(1, threads) * waitersPerThread)
    }

    deinit {
        workers.stop()
    }

    /// Computations begun since the start; what tests and metrics count.
    var computations: Int { workers.computations.load(ordering: .relaxed) }
    /// The rounds of bcrypt, 2 to the power of the cost each, that checks of passwords have computed since the start: what
    /// their time is proportional to.
    var rounds: Int { computedRounds.load(ordering: .relaxed) }
    /// Callers that wait for a thread.
    var waiting: Int { workers.waiting }

    /// The stored form of a new password: keyed when there is a pepper.
    ///
    /// - Throws: `Password.Refusal` when it is too long for bcrypt alone and there is no pepper.
    func hash(_ password: Password, pepper: PasswordPepper? = nil) async throws -> String {
        let scheme: StoredPassword.Scheme = pepper.map { .peppered(version: $0.version) } ?? .plain
        guard let input = Self.input(password, scheme, [pepper].compactMap { $0 }) else {
            throw Password.Refusal.tooLong(mostBytes: Password.mostPlainBytes)
        }
        let cost = cost
        let result = try await workers.run { engine in engine.hash(input, cost: cost) }
        guard let result else { throw Failed() }
        return StoredPassword(scheme, bcrypt: result).text
    }

    /// Whether `password` is the one of the stored form `hash`. With no hash, or with no usable password, it computes as
    /// long and answers false: as many rounds in every case as the present cost has.
    ///
    /// - Parameters:
    ///   - peppers: all that a stored form may name.
    ///   - address: what the caller's address counts as (`Call.addressKey`); nil counts for no address.
    /// - Throws: ``Overloaded`` when the queue, or the address's part of it, is full.
    func verify(
        _ password: Password?, against hash: String?, peppers: [PasswordPepper] = [], from address: [UInt8]? = nil
    ) async throws -> Bool {
        let stored = hash.flatMap { StoredPassword($0) }
        let input = password.flatMap { password in stored.flatMap { Self.input(password, $0.scheme, peppers) } }
        return try await workers.run(for: address) { [self] engine in
            guard let input, let stored else {
                decoy(cost, engine)
                return false
            }
            let isRight = engine.verify(input, against: stored.bcrypt)
            let before = Bcrypt.cost(of: stored.bcrypt) ?? cost
            computedRounds.add(1 << before, ordering: .relaxed)
            // 2^c of the check and 2^c + 2^(c+1) + … + 2^(cost-1) of the decoys are 2^cost.
            for missing in stride(from: max(before, Bcrypt.costs.lowerBound), to: cost, by: 1) {
                decoy(missing, engine)
            }
            return isRight
        }
    }

    /// Computes for nothing.
    private func decoy(_ cost: Int, _ engine: Bcrypt) {
        guard let decoy = decoys[cost] else { return }
        _ = engine.verify(Self.standIn, against: decoy)
        computedRounds.add(1 << cost, ordering: .relaxed)
    }

    /// What bcrypt is given: never NUL, at most 72 bytes; nil when this scheme cannot take the password.
    private static func input(
        _ password: Password, _ scheme: StoredPassword.Scheme, _ peppers: [PasswordPepper]
    ) -> Redacted<[UInt8]>? {
        switch scheme {
        case .plain: password.fitsBcrypt ? Redacted(password.bytes) : nil
        // 64 characters: the digest itself could hold NUL, at which bcrypt stops.
        case .peppered(let version):
            peppers.first { $0.version == version }
                .map { Redacted(Array(Base64URL.encode($0.digest(password.bytes)).utf8)) }
        }
    }

    /// Whether `hash`, in bcrypt's own form, was made at a lower cost than new ones are.
    func isOutdated(_ hash: String) -> Bool {
        (Bcrypt.cost(of: hash) ?? 0) < cost
    }

    /// Stands in for a password that is too long or contains NUL, and for one whose account has none.
    private static let standIn = Redacted(Array("an impossible password".utf8))
}

/// The threads and their queue.
// INVARIANT: `mutex` and `condition` point to memory that is initialised before the first thread starts and freed
// after the last has ended (each thread retains self); `queue`, `waitingByAddress`, `isStopping` are read and written only between
// pthread_mutex_lock and pthread_mutex_unlock of `mutex`.
private final class PasswordWorkers: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var queue: [Job] = []
    /// How many of the queue are of an address.
    private var waitingByAddress: [[UInt8]: Int] = [:]
    private var isStopping = false
    private let mostWaiting: Int
    private let mostOfAddress: Int
    private let threads: Int
    let computations = Atomic<Int>(0)

    /// Niceness of the threads: other routes stay quick while every core hashes.
    private static let niceness: Int32 = 10
    /// What a shed caller is told; by then the queue that refused it has been worked off.
    private static let retryAfterSeconds = 5

    /// Work of one caller. `run` resumes it exactly once; `refuse` instead of it when the queue is given up.
    private struct Job {
        let address: [UInt8]?
        let run: (Bcrypt) -> Void
        let refuse: () -> Void
    }

    init(threads: Int, mostWaiting: Int) {
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
        self.mostWaiting = mostWaiting
        mostOfAddress = max(1, mostWaiting / PasswordHasher.addressShare)
        self.threads = threads
        for _ in 0..<threads { start() }
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    var waiting: Int { locked { queue.count } }

    func stop() {
        let left = locked {
            isStopping = true
            defer {
                queue = []
                waitingByAddress = [:]
            }
            pthread_cond_broadcast(condition)
            return queue
        }
        for job in left { job.refuse() }
    }

    func run<Result: Sendable>(
        for address: [UInt8]? = nil, _ work: @escaping @Sendable (Bcrypt) -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Result, any Error>) in
            let job = Job(
                address: address,
                run: { [self] engine in
                    computations.add(1, ordering: .relaxed)
                    continuation.resume(returning: work(engine))
                },
                refuse: {
                    continuation.resume(
                        throwing: PasswordHasher.Overloaded(retryAfterSeconds: Self.retryAfterSeconds))
                })
            let accepted = locked {
                guard !isStopping, queue.count < mostWaiting else { return false }
                if let address {
                    guard waitingByAddress[address, default: 0] < mostOfAddress else { return false }
                    waitingByAddress[address, default: 0] += 1
                }
                queue.append(job)
                pthread_cond_signal(condition)
                return true
            }
            if !accepted { job.refuse() }
        }
    }

    private func start() {
        let context = Unmanaged.passRetained(self)
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<PasswordWorkers>.fromOpaque(argument).takeRetainedValue().work()
                return nil
            }, context.toOpaque())
        if status == 0 { pthread_detach(thread) } else { context.release() }
    }

    private func work() {
        // On Linux `setpriority` for process 0 acts on the calling thread alone.
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness)
        let engine = Bcrypt()
        defer { engine.free() }
        while let job = next() { job.run(engine) }
    }

    private func next() -> Job? {
        locked {
            while queue.isEmpty, !isStopping { pthread_cond_wait(condition, mutex) }
            guard !queue.isEmpty else { return nil }
            let job = queue.removeFirst()
            if let address = job.address, let count = waitingByAddress[address] {
                waitingByAddress[address] = count == 1 ? nil : count - 1
            }
            return job
        }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
