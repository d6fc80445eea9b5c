internal import Logging
internal import NIOCore
public import Wire

/// Whom the connections of a listener report to. Every call comes on the listener's event loop.
public protocol ConnectionOwner: AnyObject, Sendable {
    /// The handshake is done and the certificate (DER) is the authority's. Answer, now or later, with `know` or `refuse`;
    /// the terminal's messages wait until then.
    func opened(_ connection: TerminalConnection, certificate: [UInt8])
    /// A terminal that is known has said hello. Answer, now or later, with `challenge`, `welcome` or `refuse`.
    func greeted(_ connection: TerminalConnection, _ hello: Hello)
    /// Never a hello or a heartbeat; nothing but attestations before the welcome.
    func received(_ message: TerminalMessage, on connection: TerminalConnection)
    /// Called once for each connection that was opened.
    func ended(_ connection: TerminalConnection, _ reason: ConnectionEnd)
}

/// One terminal's connection, from the accepted socket to its end.
///
/// ```
///  handshaking ──► greeting ──► proving ──► open ──► ended
///       └──────────────┴────────────┴──────────────────▲
/// ```
/// In `greeting` the owner's knowledge of the terminal and the terminal's hello are due, in either order; in `proving` the
/// terminal's attestation, if the owner asks for one, and the owner's welcome.
public final class TerminalConnection: @unchecked Sendable {
    // Safe to send: everything but the constants is touched on the event loop only; `send` checks that.

    private enum State {
        case handshaking
        case greeting(hello: Hello?, isKnown: Bool)
        case proving(version: UInt64)
        case open
        case ended
    }

    public let number: UInt64
    public let address: String
    /// The directory's name for the terminal, once known.
    public private(set) var terminal: String?
    /// 32 bytes that only the two ends of this connection can compute; nil where they are not to be had.
    public private(set) var binding: [UInt8]?

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
    /// Present while a PIN is typed.
    private var slots: SlotSender?
    private var nextSlot = NIODeadline.now()
    private var slotTimer: Scheduled<Void>?

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
    public func know(terminal: String) {
        self.terminal = terminal
        guard case .greeting(let hello, false) = state else { return }
        state = .greeting(hello: hello, isKnown: true)
        greet()
        readFrames()
    }

    /// Asks for proof of the terminal's software: before the welcome, which then waits for it, or later.
    public func challenge(_ challenge: Challenge) {
        if case .proving = state { setGreetingTimer(limits.attestation) }
        send(.challenge(challenge))
    }

    /// Lets the terminal in. `time`: seconds since 1970; `ticket`: see `Welcome`.
    public func welcome(time: UInt64?, ticket: [UInt8]? = nil) {
        guard case .proving(let version) = state else { return }
        greetingTimer?.cancel()
        state = .open
        send(.welcome(Welcome(version: version, software: software, time: time, ticket: ticket)))
    }

    public var isOpen: Bool { if case .open = state { true } else { false } }

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
        if slots != nil {
            slots?.append(message.framed(), taken: taken)
        } else {
            write(message.framed(), in: context, taken: taken)
            context.flush()
        }
        setPaced(after: message, in: context)
    }

    /// While a PIN is typed nobody who counts our bytes may see the stars appear.
    private func setPaced(after message: ServerMessage, in context: ChannelHandlerContext) {
        let paced: Bool
        switch message {
        case .entryMode(let mode): paced = mode.contains(.pin)
        case .resumed(let resumed): paced = resumed.entryMode.contains(.pin)
        case .outcome, .accepted: paced = false
        default: return
        }
        guard paced != (slots != nil) else { return }
        slotTimer?.cancel()
        slotTimer = nil
        if paced {
            slots = SlotSender()
            nextSlot = .now()
            fillSlot()
        } else if var ending = slots.take() {
            let rest = ending.drain()
            write(rest.bytes, in: context, taken: rest.taken)
            context.flush()
        }
    }

    /// Slots begin on a grid, however long one of them took to fill.
    private func fillSlot() {
        guard let context, !isEnded, let slot = slots?.next() else { return }
        write(slot.bytes, in: context, taken: slot.taken)
        context.flush()
        while nextSlot <= .now() { nextSlot = nextSlot + Self.slotTime }
        slotTimer = context.eventLoop.assumeIsolated().scheduleTask(deadline: nextSlot) { [weak self] in
            guard let self, !isEnded else { return }
            // A terminal that takes none of them is gone.
            guard writesUnderWay < Self.writesLimit else { return end(.stalled) }
            fillSlot()
        }
    }

    private static let slotTime = TimeAmount.milliseconds(WireLimits.slotMilliseconds)

    private func write(_ bytes: [UInt8], in context: ChannelHandlerContext, taken: (() -> Void)?) {
        // In pieces, so that a slow link is seen to move.
        var rest = bytes[...]
        while rest.count > Self.pieceBytes {
            write(rest.prefix(Self.pieceBytes), in: context, taken: nil)
            rest = rest.dropFirst(Self.pieceBytes)
        }
        write(rest, in: context, taken: taken)
    }

    private static let pieceBytes = 64 << 10

    private func write(_ bytes: ArraySlice<UInt8>, in context: ChannelHandlerContext, taken: (() -> Void)?) {
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
        context.write(NIOAny(buffer), promise: promise)
    }

    /// Ends the connection. Writes that are under way are finished first if the terminal takes them.
    public func end(_ reason: ConnectionEnd) {
        guard !isEnded else { return }
        state = .ended
        greetingTimer?.cancel()
        slotTimer?.cancel()
        var line = log
        line[metadataKey: "connection"] = "\(number)"
        line[metadataKey: "address"] = "\(address)"
        if let terminal { line[metadataKey: "terminal"] = "\(terminal)" }
        line.log(level: reason.isOrdinary ? .info : .warning, "connection ended: \(reason)")
        onEnd()
        if wasOpened { owner.ended(self, reason) }
        // A refusal may still wait for its slot.
        if var ending = slots.take(), let context { write(ending.drain().bytes, in: context, taken: nil) }
        context?.flush()
        context?.close(promise: nil)
    }

    // MARK: the protocol

    private func greet() {
        guard case .greeting(let hello?, true) = state else { return }
        guard let version = WireLimits.versions.filter(hello.versions.contains).max() else {
            return refuse(Refusal(code: .version, reason: "no common version"), as: .noCommonVersion)
        }
        state = .proving(version: version)
        owner.greeted(self, hello)
    }

    private func received(_ message: TerminalMessage) {
        switch (state, message) {
        case (.greeting(nil, let isKnown), .hello(let hello)):
            state = .greeting(hello: hello, isKnown: isKnown)
            greet()
        case (.proving, .attestation): owner.received(message, on: self)
        case (.open, .heartbeat), (.proving, .heartbeat), (.open, .padding): break
        case (.open, .hello): end(.unexpected(message: "hello"))
        case (.open, _): owner.received(message, on: self)
        default: end(.unexpected(message: "before welcome"))
        }
    }

    private func readFrames() {
        do throws(WireError) {
            // After the hello nothing is looked at until the owner has answered: it must know the terminal first.
            while !isEnded, !isAwaitingOwner, let frame = try frames.next() {
                partialBytes -= 4 + frame.count
                partialSince = partialBytes > 0 ? .now() : nil
                received(try TerminalMessage(decoding: frame))
            }
        } catch {
            refuse(Refusal(code: .malformed, reason: "\(error)"), as: .malformed(error))
        }
    }

    private var isAwaitingOwner: Bool {
        if case .greeting(.some, _) = state { true } else { false }
    }

    // MARK: the pipeline's side (ConnectionHandler)

    func started(_ context: ChannelHandlerContext) {
        self.context = context
        setGreetingTimer(limits.greeting)
    }

    private func setGreetingTimer(_ limit: TimeAmount) {
        greetingTimer?.cancel()
        greetingTimer = context?.eventLoop.assumeIsolated().scheduleTask(in: limit) { [weak self] in
            guard let self else { return }
            switch state {
            case .handshaking: end(.handshakeTimedOut)
            case .proving: end(.attestationTimedOut)
            default: end(.helloTimedOut)
            }
        }
    }

    func handshakeDone(protocol name: String?, certificate: [UInt8]?, binding: [UInt8]?) {
        guard case .handshaking = state else { return }
        guard name == WireLimits.applicationProtocol else { return end(.wrongProtocol) }
        guard let certificate else { return end(.noCertificate) }
        self.binding = binding
        state = .greeting(hello: nil, isKnown: false)
        wasOpened = true
        owner.opened(self, certificate: certificate)
    }

    func read(_ bytes: [UInt8]) {
        guard !isEnded else { return }
        partialBytes += bytes.count
        if !isOpen, partialBytes > limits.earlyBytes {
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
