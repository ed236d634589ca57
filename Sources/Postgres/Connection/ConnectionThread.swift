import Dispatch
import Glibc
import Synchronization

/// A thread of its own for one connection, as the executor of its actor: libpq may block here, and Swift's cooperative
/// pool never does.
final class ConnectionThread: SerialExecutor {
    private struct Queue {
        var jobs: [UnownedJob] = []
        var isStopped = false
    }

    /// Enough for libpq, TLS and name resolution; the default of 8 MiB would only waste address space.
    private static let stackSize = 1 << 20

    private let queue = Mutex(Queue())
    private let wake = DispatchSemaphore(value: 0)

    /// Starts the thread; it runs until `stop`.
    init() throws {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, Self.stackSize)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self)
        let status = pthread_create(
            &thread, &attributes,
            { context in
                if let context {
                    let thread = Unmanaged<ConnectionThread>.fromOpaque(context).takeRetainedValue()
                    thread.run()
                }
                return nil
            }, context.toOpaque())
        guard status == 0 else {
            context.release()
            throw PostgresError(.insufficientResources, "no thread for another database connection (error \(status))")
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.withLock { $0.jobs.append(job) }
        wake.signal()
    }

    /// Ends the thread once the queue is empty. Called when the actor is gone, so nothing is enqueued afterwards.
    func stop() {
        queue.withLock { $0.isStopped = true }
        wake.signal()
    }

    private func run() {
        while true {
            wake.wait()
            let (job, isStopped) = queue.withLock { queue in
                (queue.jobs.isEmpty ? nil : queue.jobs.removeFirst(), queue.isStopped)
            }
            if let job {
                job.runSynchronously(on: asUnownedSerialExecutor())
            } else if isStopped {
                return
            }
        }
    }
}
