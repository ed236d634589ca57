import ServiceLifecycle
import Subprocess
import Synchronization
import SystemPackage

/// Keeps one executable running: starts it, prefixes what it prints, starts it again when it ends, and ends it
/// gently at shutdown.
final class SupervisedProcess: Service {
    /// Time to finish what is in flight before a process is killed; a handler's own limit is shorter.
    static let gracePeriod = Duration.seconds(15)

    /// The name before each line of output.
    let name: String

    private let configuration: Subprocess.Configuration
    private let output: LineOutput
    private let processID = Mutex<Int32?>(nil)
    private let onStart: @Sendable (Int32) -> Void

    /// A process that is not started yet.
    ///
    /// - Parameter onStart: is told the process id of each start.
    init(
        name: String, executable: String, environment: [String: String], output: LineOutput,
        onStart: @escaping @Sendable (Int32) -> Void = { _ in }
    ) {
        self.name = name
        self.output = output
        self.onStart = onStart
        var options = PlatformOptions()
        // Its own group: Ctrl-C reaches us alone, and we pass it on in order.
        options.processGroupID = 0
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: Self.gracePeriod)]
        var variables: [Environment.Key: String] = [:]
        for (key, value) in environment {
            if let key = Environment.Key(rawValue: key) { variables[key] = value }
        }
        configuration = Configuration(
            executable: .path(FilePath(executable)), environment: .custom(variables), platformOptions: options)
    }

    /// Runs and restarts until the service group shuts down.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            var backoff = RestartBackoff()
            while !Task.isCancelled {
                let started = ContinuousClock.now
                let ending = await self.runOnce()
                guard !Task.isCancelled else { break }
                let delay = backoff.delay(afterUptime: .now - started)
                self.output.write("\(self.name) | ended (\(ending)); starting it again in \(delay)")
                try? await Task.sleep(for: delay)
            }
        }
    }

    private func runOnce() async -> String {
        do {
            let result = try await Subprocess.run(
                configuration, input: .none, output: .sequence, error: .combinedWithOutput
            ) { execution in
                self.onStart(execution.processIdentifier.value)
                for try await line in execution.standardOutput.strings() {
                    self.output.write("\(self.name) | \(line)")
                }
            }
            return "\(result.terminationStatus)"
        } catch {
            return "\(error)"
        }
    }
}
