import HummingbirdCore
import NIOCore

/// Reads a request's whole body within its limits.
enum BodyReader {
    enum Result {
        case whole([UInt8])
        case tooLong
    }

    /// Throws when the connection ends, or is ended because the body takes too long to arrive.
    static func read(
        _ request: Request, limit: Int, timeout: Duration, channel: any Channel
    ) async throws -> Result {
        let expiry = channel.eventLoop.scheduleTask(in: TimeAmount(timeout)) { channel.close(promise: nil) }
        defer { expiry.cancel() }
        var body: [UInt8] = []
        var length = 0
        // INVARIANT: Hummingbird gives a body's parts once; what is thrown away is read in this same loop.
        for try await part in request.body {
            length += part.readableBytes
            if length <= limit {
                body.append(contentsOf: part.readableBytesView)
            } else {
                body = []
                if length > limit + ServerLimits.maximumDiscardedBytes { break }
            }
        }
        return length <= limit ? .whole(body) : .tooLong
    }

    /// Reads and forgets a body that nobody has read, so that a caller that is still sending gets to read its answer.
    static func discard(_ request: Request) async {
        var left = ServerLimits.maximumDiscardedBytes
        do {
            for try await part in request.body {
                left -= part.readableBytes
                if left < 0 { return }
            }
        } catch {
            // The connection is gone, which is where this leads anyway.
        }
    }
}
