import NIOCore
import NIOPosix

/// Sends bytes as they are, and gives back all that comes until the other side closes or the time is over.
enum RawConnection {
    static func exchange(port: Int, _ text: String, within limit: TimeAmount = .seconds(8)) async throws -> String {
        try await exchange(port: port, bytes: Array(text.utf8), within: limit)
    }

    static func exchange(port: Int, bytes: [UInt8], within limit: TimeAmount = .seconds(8)) async throws -> String {
        let collector = Collector.self
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        collector.init(done: channel.eventLoop.makePromise(of: String.self)))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        let received = try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.handler(type: Collector.self).done.futureResult
        }.get()
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
        let timer = channel.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
        defer { timer.cancel() }
        return try await received.get()
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let done: EventLoopPromise<String>
        private var text = ""

        required init(done: EventLoopPromise<String>) { self.done = done }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            text += String(decoding: unwrapInboundIn(data).readableBytesView, as: UTF8.self)
        }

        // Also when the connection was refused: then there is no `channelInactive`.
        func handlerRemoved(context: ChannelHandlerContext) { done.succeed(text) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
