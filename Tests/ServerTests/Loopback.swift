import Accept
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import Testing
import Wire

/// What a listener reported, in order.
final class Recorder: ConnectionOwner {
    struct State: Sendable {
        var certificates: [[UInt8]] = []
        var messages: [TerminalMessage] = []
        var ends: [ConnectionEnd] = []
        var connections: [TerminalConnection] = []
        var bindings: [[UInt8]?] = []
    }
    private let state = Mutex(State())
    /// What the owner does with a terminal whose certificate is good.
    let welcomes: Bool
    /// Asked before the welcome, if there is one.
    let challenge: Challenge?

    init(welcomes: Bool = true, challenge: Challenge? = nil) {
        self.welcomes = welcomes
        self.challenge = challenge
    }
    var seen: State { state.withLock { $0 } }

    func opened(_ connection: TerminalConnection, certificate: [UInt8]) {
        state.withLock {
            $0.certificates.append(certificate)
            $0.connections.append(connection)
        }
        if welcomes { connection.know(terminal: "t1") }
    }
    func greeted(_ connection: TerminalConnection, _ hello: Hello) {
        state.withLock { $0.bindings.append(connection.binding) }
        if let challenge { connection.challenge(challenge) } else { connection.welcome(time: nil) }
    }
    func received(_ message: TerminalMessage, on connection: TerminalConnection) {
        state.withLock { $0.messages.append(message) }
    }
    func ended(_ connection: TerminalConnection, _ reason: ConnectionEnd) { state.withLock { $0.ends.append(reason) } }
}

/// Lines of a log, for tests that look at it.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }

    func logger() -> Logger { Logger(label: "test") { _ in Handler(lines: self) } }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            lines.lines.withLock { $0.append("\(event.level) \(event.message) \(all)") }
        }
    }
}

/// A listener on loopback with an authority of its own.
struct Loopback {
    let authority: TestAuthority
    let recorder: Recorder
    let log = LogLines()
    let listener: TerminalListener
    let loop: any EventLoop
    static let loops = MultiThreadedEventLoopGroup.singleton

    init(_ recorder: Recorder = Recorder(), change: (inout AcceptLimits) -> Void = { _ in }) async throws {
        self.recorder = recorder
        authority = try TestAuthority()
        let own = try authority.issue("server", isServer: true)
        var limits = AcceptLimits()
        change(&limits)
        loop = Self.loops.next()
        listener = try await TerminalListener.start(
            host: "127.0.0.1", port: 0,
            credentials: ServerCredentials(
                certificateChain: try own.pem(), privateKey: own.keyPEM, authority: try authority.pem()),
            limits: limits, owner: recorder, software: "test/1", log: log.logger(), on: loop)
    }

    /// Connects as a terminal would; `identity` nil shows no certificate.
    func connect(
        _ identity: TestAuthority.Identity?, change: (inout TLSConfiguration) -> Void = { _ in }
    ) async throws -> TestTerminal {
        try await TestTerminal.connect(
            port: listener.port, authority: authority.pem(), certificate: identity?.pem(), key: identity?.keyPEM,
            change: change)
    }

    func connect() async throws -> TestTerminal { try await connect(try authority.issue("t1")) }

    /// A terminal like any other is served; whatever came before has done no harm.
    func expectService(_ comment: Comment) async throws {
        let terminal = try await connect()
        terminal.send(.hello(Hello(versions: [1], software: "test")))
        let welcome = try await terminal.next()
        #expect(welcome == .welcome(Welcome(version: 1, software: "test/1")), comment)
        terminal.close()
    }

    /// The one line about a connection that ended for `reason`.
    func expectEnd(_ reason: ConnectionEnd) async throws {
        try await eventually("a log line about \(reason)") {
            log.all.contains { $0.contains("connection ended: \(reason)") }
        }
        let lines = log.all.filter { $0.contains("connection ended") }
        #expect(lines.count == 1, "\(lines)")
    }
}

/// Waits until something is so, at most five seconds.
func eventually(_ what: String, _ condition: () -> Bool) async throws {
    for _ in 0..<2500 {
        if condition() { return }
        try await Task.sleep(for: .milliseconds(2))
    }
    struct Timeout: Error { var what: String }
    throw Timeout(what: what)
}

/// The terminal's end of a connection, good for bad behaviour.
final class TestTerminal: Sendable {
    private struct State: Sendable {
        var channel: (any Channel)?
        var splitter = FrameSplitter(limit: WireLimits.serverFrameBytes)
        var bytes = 0
        var isClosed = false
        var problem: String?
    }
    private let state = Mutex(State())

    private init() {}

    static func connect(port: Int, tls: NIOSSLContext?) async throws -> TestTerminal {
        let terminal = TestTerminal()
        let channel = try await ClientBootstrap(group: Loopback.loops)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: "localhost"))
                    }
                    try pipeline.addHandler(Sink(terminal))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        terminal.state.withLock { $0.channel = channel }
        return terminal
    }

    /// Connects as a terminal would; all in PEM, without a certificate where there is none.
    static func connect(
        port: Int, authority: [UInt8], certificate: [UInt8]?, key: [UInt8]?,
        change: (inout TLSConfiguration) -> Void = { _ in }
    ) async throws -> TestTerminal {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(authority))
        configuration.applicationProtocols = [WireLimits.applicationProtocol]
        if let certificate, let key {
            configuration.certificateChain = try NIOSSLCertificate.fromPEMBytes(certificate).map { .certificate($0) }
            configuration.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem))
        }
        change(&configuration)
        return try await connect(port: port, tls: NIOSSLContext(configuration: configuration))
    }

    private final class Sink: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        let terminal: TestTerminal
        init(_ terminal: TestTerminal) { self.terminal = terminal }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = Array(unwrapInboundIn(data).readableBytesView)
            terminal.state.withLock {
                $0.splitter.append(bytes[...])
                $0.bytes += bytes.count
            }
        }
        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            terminal.state.withLock { $0.problem = "\(error)" }
        }
        func channelInactive(context: ChannelHandlerContext) { terminal.state.withLock { $0.isClosed = true } }
    }

    private var channel: (any Channel)? { state.withLock { $0.channel } }
    var isClosed: Bool { state.withLock { $0.isClosed } || channel?.isActive == false }
    var problem: String? { state.withLock { $0.problem } }
    var bytesRead: Int { state.withLock { $0.bytes } }

    func send(_ message: TerminalMessage) { send(bytes: message.framed()) }
    func send(bytes: [UInt8]) { channel?.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }
    func close() { channel?.close(promise: nil) }
    func stopReading() async throws { try await channel?.setOption(.autoRead, value: false).get() }

    /// The next message of the server.
    func next() async throws -> ServerMessage {
        var found: ServerMessage?
        try await eventually("a message (\(problem ?? "no error"))") {
            found = try? state.withLock { try $0.splitter.next() }.map { try ServerMessage(decoding: $0) }
            return found != nil || isClosed
        }
        return try #require(found, "closed: \(problem ?? "")")
    }

    /// The next message that `choose` takes; those before it are passed over.
    func next<R>(_ choose: (ServerMessage) -> R?) async throws -> R {
        while true { if let chosen = choose(try await next()) { return chosen } }
    }

    func expectClosed() async throws { try await eventually("the server's close") { isClosed } }
}

/// Counts from any thread.
final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func add() { count.withLock { $0 += 1 } }
}

extension ServerMessage {
    var refusal: Refusal? { if case .refused(let refusal) = self { refusal } else { nil } }
    var accepted: Accepted? { if case .accepted(let accepted) = self { accepted } else { nil } }
    var resumed: Resumed? { if case .resumed(let resumed) = self { resumed } else { nil } }
    var unit: AccessUnit? { if case .accessUnit(let unit) = self { unit } else { nil } }
    var entryMode: EntryMode? { if case .entryMode(let mode) = self { mode } else { nil } }
    var outcome: Outcome? { if case .outcome(let outcome) = self { outcome } else { nil } }
}
