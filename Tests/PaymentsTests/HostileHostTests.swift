import ISO8583
import LinuxBase
import NIOCore
import NIOPosix
import Payments
import Rig
import Synchronization
import Testing

/// A host that signs on as it should and then answers payments with whatever it likes; reversals it takes in.
final class BadHost: Sendable {
    /// Frames, with their lengths.
    typealias Reply = @Sendable (Message) -> [UInt8]

    let port: Int
    private let channel: any Channel
    private let reversals = Mutex<[Message]>([])
    var reversed: [Message] { reversals.withLock { $0 } }

    init(_ reply: @escaping Reply) async throws {
        let box = Box()
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(reply, box))
                }
            }.bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
        box.host.withLock { $0 = self }
    }

    deinit { channel.close(promise: nil) }

    private final class Box: Sendable {
        let host = Mutex<BadHost?>(nil)
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let reply: Reply
        private let box: Box
        private var splitter = MessageSplitter()

        init(_ reply: @escaping Reply, _ box: Box) {
            self.reply = reply
            self.box = box
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            splitter.append(ArraySlice(unwrapInboundIn(data).readableBytesView))
            while let bytes = try? splitter.next(), let message = try? Message(decoding: bytes) {
                let isReversal = [.reversalAdvice, .reversalAdviceRepeat].contains(message.type)
                if isReversal { box.host.withLock { $0?.reversals.withLock { $0.append(message) } } }
                let answer = isReversal || message.type == .networkRequest ? BadHost.good(message) : reply(message)
                context.writeAndFlush(NIOAny(ByteBuffer(bytes: answer)), promise: nil)
            }
        }
    }

    /// A right answer, with what `change` makes of it.
    static func good(_ message: Message, change: (inout Message) throws -> Void = { _ in }) -> [UInt8] {
        guard var answer = message.answer(), (try? answer.put(.responseCode, .approved)) != nil,
            (try? change(&answer)) != nil, let frame = try? MessageFraming.frame(answer.encoded())
        else { preconditionFailure("an answer that cannot be written") }
        return frame
    }
}

@Suite(.serialized) struct HostileHostTests {
    static let replies: [(name: String, reply: BadHost.Reply)] = [
        ("an oversized message", { _ in [0xFF, 0xFF] + [UInt8](repeating: 0x30, count: 0xFFFF) }),
        ("a message cut short", { [0, 200] + BadHost.good($0).dropFirst(2).dropLast(4) }),
        (
            "a frame that ends in a field",
            { message in
                let whole = BadHost.good(message).dropFirst(2).dropLast(1)
                return [UInt8(whole.count >> 8), UInt8(whole.count & 255)] + whole
            }
        ),
        ("no message", { _ in [0, 5] + Array("HELLO".utf8) }),
        ("nothing", { _ in [0, 0] }),
        ("another trace number", { BadHost.good($0) { try $0.put(.traceNumber, 999_998) } }),
        (
            "another time",
            { message in
                BadHost.good(message) {
                    try $0.put(.transmitted, MonthToSecond(month: 2, day: 2, hour: 2, minute: 2, second: 2)!)
                }
            }
        ),
        ("another terminal", { BadHost.good($0) { try $0.put(.terminal, "T-1001") } }),
        ("another amount", { BadHost.good($0) { try $0.put(.amount, 1) } }),
        ("another currency", { BadHost.good($0) { try $0.put(.currency, "USD") } }),
        ("no response code", { BadHost.good($0) { try $0.set(39, nil) } }),
        ("an authorisation's answer", { BadHost.good($0) { $0.type = .authorisationResponse } }),
        ("a reversal's answer", { BadHost.good($0) { $0.type = .reversalAdviceResponse } }),
        ("the request itself", { (try? MessageFraming.frame($0.encoded())) ?? [] }),
    ]

    @Test(arguments: replies.map(\.name))
    func `a host that talks nonsense gets no payment through, and its payments are taken back`(
        name: String
    ) async throws {
        let reply = try #require(Self.replies.first { $0.name == name }).reply
        let host = try await BadHost(reply)
        let shop = try Shop(port: host.port, startsIssuer: false) { $0.answer = .milliseconds(400) }
        try await shop.connected()
        let result = try await shop.pay(2490)
        #expect(result == .declined(reason: "The bank did not answer. Nothing was charged.", code: nil))
        try await shop.settle()
        let original = try #require(host.reversed.first?[.original])
        #expect(original.type == .financialRequest && original.traceNumber == 1)
        #expect(host.reversed.first?[.amount] == 2490)
        await shop.stop()
    }

    @Test func `the same host with right answers gets payments through`() async throws {
        let host = try await BadHost { BadHost.good($0) }
        let shop = try Shop(port: host.port, startsIssuer: false)
        let result = try await shop.pay(2490)
        #expect(result == .approved(reference: "000000000001", approvalCode: ""))
        #expect(host.reversed.isEmpty)
        await shop.stop()
    }
}
