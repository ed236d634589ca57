import Logging

extension Database {
    /// How many notifications wait for a slow reader. The oldest are dropped: each only says "look at the tables".
    private static let notificationBuffer = 1024

    /// Listens on a channel over a connection outside the pool, reconnecting with back-off when it breaks. Every
    /// `listening` says that earlier notifications may be missing. Ends with an error only when trying again is of no
    /// use: a wrong password, a missing database.
    public func notifications(on channel: ChannelName) -> AsyncThrowingStream<Notification, any Error> {
        let (stream, continuation) = AsyncThrowingStream<Notification, any Error>.makeStream(
            bufferingPolicy: .bufferingNewest(Self.notificationBuffer))
        let (configuration, logger) = (configuration, logger)
        let task = Task {
            var failures = 0
            while !Task.isCancelled {
                do {
                    try await Self.listen(channel, configuration) { notification in
                        failures = 0
                        continuation.yield(notification)
                    }
                } catch let error as PostgresError where error.isUnavailability {
                    failures += 1
                    logger.warning("LISTEN was interrupted", metadata: ["channel": "\(channel)", "error": "\(error)"])
                    try? await Task.sleep(for: PoolState<Never, Never>.pause(afterFailures: failures))
                } catch {
                    return continuation.finish(throwing: error is CancellationError ? nil : error)
                }
            }
            continuation.finish()
        }
        continuation.onTermination = { _ in task.cancel() }
        return stream
    }

    private static func listen(
        _ channel: ChannelName, _ configuration: DatabaseConfiguration, _ yield: (Notification) -> Void
    ) async throws {
        let connection = try Connection(configuration)
        try await withTaskCancellationHandler {
            try await connection.open()
            try await connection.listen(on: channel)
            yield(.listening)
            while true {
                for notification in try await connection.nextNotifications() { yield(notification) }
            }
        } onCancel: {
            connection.wake()
        }
    }
}
