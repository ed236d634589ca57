import NIOCore
import NIOPosix

/// Runs the tasks of requests on the event loops themselves: a job that an event loop makes ready stays on that loop,
/// without a wake-up of another thread, which under load costs more than most handlers do.
///
/// A handler therefore must not compute for long, for its loop's connections wait meanwhile: an import, say, moves to
/// Swift's own pool (`globalConcurrentExecutor`).
package final class EventLoopExecutor: TaskExecutor {
    /// The one of the process.
    package static let shared = EventLoopExecutor(group: .singleton)

    private let group: MultiThreadedEventLoopGroup

    private init(group: MultiThreadedEventLoopGroup) {
        self.group = group
    }

    /// Runs the job on the event loop whose thread this is, or else on the next one.
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let loop = MultiThreadedEventLoopGroup.currentEventLoop ?? group.next()
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
