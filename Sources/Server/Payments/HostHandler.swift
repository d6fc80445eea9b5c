internal import ISO8583
internal import Logging
internal import Measurements
internal import NIOCore
internal import NIOSSL

/// The last handler of the connection's pipeline: takes the stream apart into messages. A stream that is none ends.
final class HostHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let link: HostLink
    private let generation: Int
    private var splitter = MessageSplitter()

    init(_ link: HostLink, generation: Int) {
        self.link = link
        self.generation = generation
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        splitter.append(ArraySlice(unwrapInboundIn(data).readableBytesView))
        do throws(MessageError) {
            while let message = try splitter.next() { try link.received(message, generation) }
        } catch {
            link.complain(error)
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is NIOSSLError { link.complain(error) }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { link.closed(generation) }
}

extension HostLink {
    func complain(_ error: any Error) {
        log.warning("the bank's host talks nonsense", metadata: ["error": "\(error)"])
    }
}

extension TimeAmount {
    init(_ duration: Duration) { self = .nanoseconds(duration.wholeNanoseconds) }
}

extension HostTLS {
    func context() throws(GatewayError) -> NIOSSLContext {
        do {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.minimumTLSVersion = .tlsv12
            configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(authority))
            if let certificate {
                configuration.certificateChain = try NIOSSLCertificate.fromPEMBytes(certificate.chain).map {
                    .certificate($0)
                }
                configuration.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: certificate.key, format: .pem))
            }
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .tls("\(error)")
        }
    }
}
