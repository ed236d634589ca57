import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import WireFormat

/// Answers what is not HTTP with a problem and closes the connection; without it Hummingbird would answer a bare 400.
/// It stands between the HTTP codec and Hummingbird's own handler.
final class ParserErrorHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Requests that were read and have no whole answer yet; ours must come after those.
    private var unanswered = 0
    /// Whether the last of them has not been read whole.
    private var isReading = false
    private let sendsHSTS: Bool
    private var failure: Problem?

    init(sendsHSTS: Bool) {
        self.sendsHSTS = sendsHSTS
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if failure != nil { return }
        switch unwrapInboundIn(data) {
        case .head:
            unanswered += 1
            isReading = true
        case .body: break
        case .end: isReading = false
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var isEnd = false
        if case .end = unwrapOutboundIn(data) { isEnd = true }
        context.write(data, promise: promise)
        if isEnd {
            unanswered -= 1
            if unanswered <= 0 { answer(context) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else {
            context.fireErrorCaught(error)
            return
        }
        guard failure == nil else { return }
        failure = Self.problem(for: error)
        if unanswered <= (isReading ? 1 : 0) {
            // Nothing else is owed. A request whose body breaks off gets this as its answer: its reader still waits.
            answer(context)
        } else if isReading {
            context.close(promise: nil)
        }
    }

    private func answer(_ context: ChannelHandlerContext) {
        guard let failure else { return }
        let requestID = RequestID.generate()
        let reply = ProblemMapper.reply(for: failure, requestID: requestID)
        var head = HTTPResponse(status: reply.status, headerFields: reply.headers)
        CommonHeaders.add(to: &head, reply: reply, requestID: requestID, sendsHSTS: sendsHSTS)
        head.headerFields[.connection] = "close"
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(context.channel.allocator.buffer(bytes: reply.body))), promise: nil)
        let closed = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: closed)
        context.close(promise: nil)
    }

    private static func problem(for error: HTTPParserError) -> Problem {
        switch error {
        case .headerOverflow:
            Problem(
                .requestHeaderFieldsTooLarge, "headers-too-large", title: "The header fields are too large",
                detail:
                    "at most \(ServerLimits.maximumHeaderFields) header fields of \(ServerLimits.maximumHeaderBytes) bytes are taken"
            )
        default:
            .badRequest("this is not an HTTP request", code: "malformed-request")
        }
    }
}
