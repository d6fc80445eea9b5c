internal import Logging
internal import NIOCore
public import Wire

/// Whom the connections of a listener report to. Every call comes on the listener's event loop.
public protocol ConnectionOwner: AnyObject, Sendable {
    /// The handshake is done and the certificate (DER) is the authority's. Answer, now or later, with `welcome` or
    /// `refuse`; the terminal's messages wait until then.
    func opened(_ connection: TerminalConnection, certificate: [UInt8])
    /// Never a hello or a heartbeat.
    func received(_ message: TerminalMessage, on connection: TerminalConnection)
    /// Called once for each connection that was opened.
    func ended(_ connection: TerminalConnection, _ reason: ConnectionEnd)
}

/// One terminal's connection, from the accepted socket to its end.
///
/// ```
///  handshaking ──► greeting ──► open ──► ended
///       └──────────────┴──────────────────▲
/// ```
/// In `greeting` both the owner's welcome and the terminal's hello are due, in either order.
public final class TerminalConnection: @unchecked Sendable {
    // Safe to send: everything but the constants is touched on the event loop only; `send` checks that.

    private enum State {
        case handshaking
        case greeting(hello: Hello?, isWelcome: Bool)
        case open
        case ended
    }

    public let number: UInt64
    public let address: String
    /// The directory's name for the terminal, once welcomed.
    public private(set) var terminal: String?

    private let limits: AcceptLimits
    private let owner: any ConnectionOwner
    private let log: Logger
    private let software: String
    private let onEnd: () -> Void
    private var state: State = .handshaking
    private var wasOpened = false
    private var context: ChannelHandlerContext?
    private var frames = FrameSplitter(limit: WireLimits.terminalFrameBytes)
    /// Bytes that have come and are not yet a whole frame, and since when.
    private var partialBytes = 0
    private var partialSince: NIODeadline?
    private var greetingTimer: Scheduled<Void>?
    /// Writes that the socket has not taken, and since when there has been no progress.
    private var writesUnderWay = 0
    private var writingSince: NIODeadline?

    init(
        number: UInt64, address: String, limits: AcceptLimits, owner: any ConnectionOwner, software: String,
        log: Logger, onEnd: @escaping () -> Void
    ) {
        self.number = number
        self.address = address
        self.limits = limits
        self.owner = owner
        self.software = software
        self.log = log
        self.onEnd = onEnd
    }

    public var isEnded: Bool {
        if case .ended = state { true } else { false }
    }

    // MARK: the owner's side

    /// The certificate is this terminal's: go on.
    public func welcome(terminal: String) {
        self.terminal = terminal
        guard case .greeting(let hello, false) = state else { return }
        state = .greeting(hello: hello, isWelcome: true)
        greet()
        readFrames()
    }

    /// Tells the terminal why not, and ends the connection once that is written.
    public func refuse(_ refusal: Refusal, as reason: ConnectionEnd? = nil) {
        guard !isEnded else { return }
        send(.refused(refusal))
        end(reason ?? .refused(refusal.code))
    }

    /// Most messages that may wait for the socket.
    private static let writesLimit = 256

    /// Writes a message; `taken` is called when the socket has taken all of it, and never if the connection ends first.
    public func send(_ message: ServerMessage, taken: (() -> Void)? = nil) {
        guard let context, !isEnded else { return }
        context.eventLoop.preconditionInEventLoop()
        // One picture is under way and a few answers; a terminal that takes none while it asks for more is gone.
        guard writesUnderWay < Self.writesLimit else { return end(.stalled) }
        let bytes = message.framed()
        var buffer = context.channel.allocator.buffer(capacity: bytes.count)
        buffer.writeBytes(bytes)
        if writesUnderWay == 0 { writingSince = .now() }
        writesUnderWay += 1
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { [weak self] result in
            guard let self else { return }
            writesUnderWay -= 1
            writingSince = writesUnderWay == 0 ? nil : .now()
            if case .success = result, !isEnded { taken?() }
        }
        context.writeAndFlush(NIOAny(buffer), promise: promise)
    }

    /// Ends the connection. Writes that are under way are finished first if the terminal takes them.
    public func end(_ reason: ConnectionEnd) {
        guard !isEnded else { return }
        state = .ended
        greetingTimer?.cancel()
        var line = log
        line[metadataKey: "connection"] = "\(number)"
        line[metadataKey: "address"] = "\(address)"
        if let terminal { line[metadataKey: "terminal"] = "\(terminal)" }
        line.log(level: reason.isOrdinary ? .info : .warning, "connection ended: \(reason)")
        onEnd()
        if wasOpened { owner.ended(self, reason) }
        context?.close(promise: nil)
    }

    // MARK: the protocol

    private func greet() {
        guard case .greeting(let hello?, true) = state else { return }
        guard let version = WireLimits.versions.filter(hello.versions.contains).max() else {
            return refuse(Refusal(code: .version, reason: "no common version"), as: .noCommonVersion)
        }
        greetingTimer?.cancel()
        state = .open
        send(.welcome(Welcome(version: version, software: software)))
    }

    private func received(_ message: TerminalMessage) {
        switch (state, message) {
        case (.greeting(nil, let isWelcome), .hello(let hello)):
            state = .greeting(hello: hello, isWelcome: isWelcome)
            greet()
        case (.open, .heartbeat): break
        case (.open, .hello): end(.unexpected(message: "hello"))
        case (.open, _): owner.received(message, on: self)
        default: end(.unexpected(message: "before hello"))
        }
    }

    private func readFrames() {
        do throws(WireError) {
            // After the hello nothing is looked at until the owner has answered: it must know the terminal first.
            while !isEnded, !isAwaitingWelcome, let frame = try frames.next() {
                partialBytes -= 4 + frame.count
                partialSince = partialBytes > 0 ? .now() : nil
                received(try TerminalMessage(decoding: frame))
            }
        } catch {
            refuse(Refusal(code: .malformed, reason: "\(error)"), as: .malformed(error))
        }
    }

    private var isAwaitingWelcome: Bool {
        if case .greeting(.some, _) = state { true } else { false }
    }

    // MARK: the pipeline's side (ConnectionHandler)

    func started(_ context: ChannelHandlerContext) {
        self.context = context
        greetingTimer = context.eventLoop.assumeIsolated().scheduleTask(in: limits.greeting) { [weak self] in
            guard let self else { return }
            if case .handshaking = state { end(.handshakeTimedOut) } else { end(.helloTimedOut) }
        }
    }

    func handshakeDone(protocol name: String?, certificate: [UInt8]?) {
        guard case .handshaking = state else { return }
        guard name == WireLimits.applicationProtocol else { return end(.wrongProtocol) }
        guard let certificate else { return end(.noCertificate) }
        state = .greeting(hello: nil, isWelcome: false)
        wasOpened = true
        owner.opened(self, certificate: certificate)
    }

    func read(_ bytes: [UInt8]) {
        guard !isEnded else { return }
        partialBytes += bytes.count
        if case .greeting = state, partialBytes > limits.earlyBytes {
            return end(.malformed(.frameTooLong(bytes: partialBytes, limit: limits.earlyBytes)))
        }
        if let partialSince, .now() - partialSince > limits.frame { return end(.slowFrame) }
        if partialSince == nil { partialSince = .now() }
        frames.append(bytes[...])
        readFrames()
    }

    func terminalSilent() { end(.silent) }

    func serverSilent() {
        guard case .open = state else { return }
        if let writingSince {
            if .now() - writingSince >= limits.silence { end(.stalled) }
        } else {
            send(.heartbeat)
        }
    }

    func closed() {
        end(.closedByTerminal)
        context = nil
    }
}
