public import Logging
public import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// The listening socket. Its connections live on one event loop, and so does everything that they call.
public final class TerminalListener: Sendable {
    private let channel: any Channel
    /// The port that the kernel gave where 0 was asked for.
    public let port: Int

    private init(_ channel: any Channel) {
        self.channel = channel
        port = channel.localAddress?.port ?? 0
    }

    /// Listens at `host` (a name or an address) and `port` (0 for any). `software` names the server in its welcome.
    public static func start(
        host: String, port: Int, credentials: ServerCredentials, limits: AcceptLimits = AcceptLimits(),
        owner: any ConnectionOwner, software: String, log: Logger, on loop: any EventLoop
    ) async throws(AcceptError) -> TerminalListener {
        let tls = try ListenerTLS(credentials)
        let nursery = Nursery(tls: tls, limits: limits, owner: owner, software: software, log: log)
        do {
            return TerminalListener(
                try await ServerBootstrap(group: loop)
                    .serverChannelOption(.backlog, value: 256)
                    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                    .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                    .childChannelOption(.tcpOption(.notSentLowWater), value: .init(limits.unsentBytes))
                    .childChannelInitializer { channel in nursery.raise(channel) }
                    .bind(host: host, port: port).get())
        } catch {
            throw .listen(address: "\(host):\(port)", reason: "\(error)")
        }
    }

    /// No new connections from here on; those that exist go on.
    public func stop() async {
        do { try await channel.close() } catch {
            // Already closed: what was wanted.
        }
    }
}

/// Makes a connection of each accepted socket.
private final class Nursery: Sendable {
    private let tls: ListenerTLS
    private let limits: AcceptLimits
    private let owner: any ConnectionOwner
    private let software: String
    private let log: Logger
    private let state: Mutex<(counter: ConnectionCounter, number: UInt64)>

    init(tls: ListenerTLS, limits: AcceptLimits, owner: any ConnectionOwner, software: String, log: Logger) {
        self.tls = tls
        self.limits = limits
        self.owner = owner
        self.software = software
        self.log = log
        state = Mutex((ConnectionCounter(limits: limits), 0))
    }

    func raise(_ channel: any Channel) -> EventLoopFuture<Void> {
        let address = channel.remoteAddress?.ipAddress ?? "unknown"
        let (number, refusal) = state.withLock { state in
            state.number += 1
            return (state.number, state.counter.enter(address))
        }
        if let refusal {
            log.warning(
                "connection ended: \(refusal)", metadata: ["connection": "\(number)", "address": "\(address)"])
            return channel.close()
        }
        let connection = TerminalConnection(
            number: number, address: address, limits: limits, owner: owner, software: software, log: log
        ) { [self] in state.withLock { $0.counter.leave(address) } }
        return channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            let hello = HelloReader()
            try pipeline.addHandler(hello)
            try pipeline.addHandler(NIOSSLServerHandler(context: tls.context))
            try pipeline.addHandler(IdleStateHandler(readTimeout: limits.silence, writeTimeout: limits.heartbeat))
            try pipeline.addHandler(ConnectionHandler(connection, tls: tls, hello: hello))
        }
    }
}

extension NIOBSDSocket.Option {
    /// TCP_NOTSENT_LOWAT (tcp(7) has it as 25 on Linux; Glibc's module does not import it).
    fileprivate static let notSentLowWater = NIOBSDSocket.Option(rawValue: 25)
}
