internal import Logging
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import ServiceLifecycle

/// The listening socket, its connections, and the ledger's thread.
final class HostServer: Sendable {
    private let host: IssuerHost
    private let tls: NIOSSLContext?
    private let delay: TimeAmount
    private let log: Logger
    private let loops = MultiThreadedEventLoopGroup.singleton
    /// One thread: what is asked first is answered first.
    private let pool = NIOThreadPool(numberOfThreads: 1)

    init(host: IssuerHost, tls: NIOSSLContext?, delay: TimeAmount, log: Logger) {
        self.host = host
        self.tls = tls
        self.delay = delay
        self.log = log
    }

    func listen(_ address: String, _ port: Int) async throws -> any Channel {
        pool.start()
        return try await ServerBootstrap(group: loops)
            .serverChannelOption(.backlog, value: 16)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { [host, tls, delay, log, pool] channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
                    try pipeline.addHandler(HostConnection(host, pool: pool, delay: delay, log: log))
                }
            }
            .bind(host: address, port: port).get()
    }

    func until(_ channel: any Channel) -> Life { Life(channel: channel, pool: pool) }

    /// Ends with the program's signals: what is being written is written, what is not is not answered.
    struct Life: Service {
        let channel: any Channel
        let pool: NIOThreadPool

        func run() async throws {
            let channel = channel
            try await withGracefulShutdownHandler {
                try await channel.closeFuture.get()
            } onGracefulShutdown: {
                channel.close(promise: nil)
            }
            try await pool.shutdownGracefully()
        }
    }
}
