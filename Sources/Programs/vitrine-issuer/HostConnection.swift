internal import ISO8583
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Secrets

/// One acquirer's connection: takes the stream apart, answers network management itself and hands payments to the
/// ledger's thread, in order. A stream that is no messages ends, and so does one that asks faster than the disk writes.
final class HostConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Requests of one connection that wait for the ledger.
    private static let waiting = 512

    private let host: IssuerHost
    private let pool: NIOThreadPool
    private let delay: TimeAmount
    private let log: Logger
    private var splitter = MessageSplitter()
    private var isSignedOn = false
    private var open = 0

    init(_ host: IssuerHost, pool: NIOThreadPool, delay: TimeAmount, log: Logger) {
        self.host = host
        self.pool = pool
        self.delay = delay
        self.log = log
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        splitter.append(ArraySlice(unwrapInboundIn(data).readableBytesView))
        do throws(MessageError) {
            while var bytes = try splitter.next() {
                defer { wipe(&bytes) }
                try received(try Message(decoding: bytes), context)
            }
        } catch {
            log.warning("an acquirer talks nonsense", metadata: ["error": "\(error)"])
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is NIOSSLError { log.warning("TLS", metadata: ["error": "\(error)"]) }
        context.close(promise: nil)
    }

    private func received(_ message: Message, _ context: ChannelHandlerContext) throws(MessageError) {
        if message.type == .networkRequest || message.type == .networkRepeat {
            return try manage(message, context.channel)
        }
        guard isSignedOn else {
            guard var answer = message.answer() else { return }
            try answer.put(.responseCode, .issuerUnavailable)
            return Self.send(answer, context.channel)
        }
        guard open < Self.waiting else {
            log.warning("an acquirer asks faster than the ledger writes")
            return context.close(promise: nil)
        }
        open += 1
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let (channel, delay) = (context.channel, message.type.isPayment ? delay : .zero)
        let answer = pool.runIfActive(eventLoop: context.eventLoop) { [host] in host.answer(message) }
        answer.whenComplete { result in
            bound.value.open -= 1
            // An error is that of a pool that stops: no answer.
            guard case .success(let answer?) = result else { return }
            guard delay > .zero else { return Self.send(answer, channel) }
            channel.eventLoop.scheduleTask(in: delay) { Self.send(answer, channel) }
        }
    }

    /// 0800: sign on, sign off, echo.
    private func manage(_ message: Message, _ channel: any Channel) throws(MessageError) {
        guard var answer = message.answer() else { return }
        let code = message[.networkCode]
        switch code {
        case 1: isSignedOn = true
        case 2: isSignedOn = false
        default: break
        }
        try answer.put(.responseCode, [1, 2, 301].contains(code) ? .approved : .invalidTransaction)
        Self.send(answer, channel)
    }

    private static func send(_ answer: Message, _ channel: any Channel) {
        // An answer of fields that came in, and a few short ones, has room.
        guard let bytes = try? MessageFraming.frame(try answer.encoded()) else { return }
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    }
}

extension MessageType {
    fileprivate var isPayment: Bool { self == .financialRequest || self == .financialRepeat }
}
