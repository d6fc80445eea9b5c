internal import Evidence
internal import NIOCore
internal import NIOSSL
internal import NIOTLS

/// The last handler of a connection's pipeline: turns NIO's events into the connection's.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let connection: TerminalConnection
    private let tls: ListenerTLS
    private let hello: HelloReader

    init(_ connection: TerminalConnection, tls: ListenerTLS, hello: HelloReader) {
        self.connection = connection
        self.tls = tls
        self.hello = hello
    }

    func handlerAdded(context: ChannelHandlerContext) { connection.started(context) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case TLSUserEvent.handshakeCompleted(let name):
            let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()?.toDERBytes()
            connection.handshakeDone(protocol: name, certificate: certificate, binding: takeBinding())
        case IdleStateHandler.IdleStateEvent.read: connection.terminalSilent()
        case IdleStateHandler.IdleStateEvent.write: connection.serverSilent()
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        connection.read(Array(buffer.readableBytesView))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? IOError {
            connection.end(.lost(errno: error.errnoCode))
        } else {
            // Still there although the handshake failed, since the failure is reported before the close.
            let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
            connection.end(tls.reason(for: error, certificate: certificate))
        }
    }

    func channelInactive(context: ChannelHandlerContext) { closed() }
    func handlerRemoved(context: ChannelHandlerContext) { closed() }

    private func closed() {
        // Of a handshake that failed after its secrets were made.
        _ = takeBinding()
        connection.closed()
    }

    /// What both ends of this connection can compute and nobody else.
    private func takeBinding() -> [UInt8]? {
        hello.random.flatMap(tls.exporters.remove(random:)).flatMap {
            Exporter.value(secret: $0, label: ChannelBinding.label, count: ChannelBinding.bytes)
        }
    }
}
