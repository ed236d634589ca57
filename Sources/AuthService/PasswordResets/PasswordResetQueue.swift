import Logging
import ServiceKit
import ServiceLifecycle

/// Grants wishes for links after their callers were answered, one after the other, so that the answer tells nothing of
/// what is done. Bounded; what it holds is lost when the process ends, and its owner asks again.
final class PasswordResetQueue: Service {
    /// Who comes when so many wait is told to come back: a wish takes a few milliseconds.
    static let mostWaiting = 256

    let commands: PasswordResetCommands
    private let logger: Logger
    private let wishes: AsyncStream<PasswordResetCommands.Wish>
    private let intake: AsyncStream<PasswordResetCommands.Wish>.Continuation

    init(commands: PasswordResetCommands, logger: Logger) {
        self.commands = commands
        self.logger = logger
        (wishes, intake) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.mostWaiting))
    }

    /// Takes a wish in.
    ///
    /// - Throws: 503 `password-resets-busy`, whatever the address.
    func take(_ wish: PasswordResetCommands.Wish) throws(Problem) {
        guard case .enqueued = intake.yield(wish) else { throw .resetQueueFull }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await wish in self.wishes {
                do {
                    try await self.commands.grant(wish)
                } catch {
                    self.logger.warning("a password reset was not sent", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}
