internal import ISO8583
internal import LinuxBase
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Secrets

/// The one connection to the host, for all payments: made again whenever it is lost, in use once the host has answered
/// the sign-on, and given up when it does not answer an echo.
///
/// ```
///  down ──► connecting ──► signing on ──► up ──┐
///   ▲ back-off  └───────────────┴──────────────┘
/// ```
final class HostLink: @unchecked Sendable {
    // Safe to send: touched on its event loop only.

    enum Event {
        case up
        case down
        case received(Message)
    }

    private enum State {
        case down
        case connecting
        case signingOn(any Channel)
        /// `isEchoOpen`: an echo was sent and not answered yet.
        case up(any Channel, isEchoOpen: Bool)
        case stopped
    }

    private let host: PaymentHost
    private let limits: GatewayLimits
    private let messages: PaymentMessages
    private let tls: NIOSSLContext?
    private let loop: any EventLoop
    let log: Logger
    private let report: (Event) -> Void
    private var state = State.down
    private var attempt = 0
    /// Field 11 of sign-on and echo, which no payment has a part in.
    private var networkNumber: UInt64 = 0
    /// Counts connections: timers of one before are of no account.
    private var generation = 0

    init(
        _ host: PaymentHost, limits: GatewayLimits, messages: PaymentMessages, tls: NIOSSLContext?, log: Logger,
        on loop: any EventLoop, report: @escaping (Event) -> Void
    ) {
        self.host = host
        self.limits = limits
        self.messages = messages
        self.tls = tls
        self.log = log
        self.loop = loop
        self.report = report
    }

    var isUp: Bool { if case .up = state { true } else { false } }

    func start() {
        guard case .down = state else { return }
        state = .connecting
        generation += 1
        let connecting = ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(limits.connect))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { [self] channel in initialise(channel) }
            .connect(host: host.name, port: host.port)
        connecting.hop(to: loop).whenComplete { [self] in connected($0) }
    }

    func stop() {
        let channel = channel
        state = .stopped
        channel?.close(promise: nil)
    }

    /// Sends one message, and wipes it. On a link that is down it is lost: whoever needs an answer has a timer.
    func send(_ message: consuming [UInt8]) {
        var message = message
        defer { wipe(&message) }
        guard let channel, var bytes = try? MessageFraming.frame(message) else { return }
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
        wipe(&bytes)
    }

    private var channel: (any Channel)? {
        switch state {
        case .signingOn(let channel), .up(let channel, _): channel
        case .down, .connecting, .stopped: nil
        }
    }

    private func initialise(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            if let tls {
                // A number is no name to ask for: the certificate must then have the address that was connected to.
                let name = host.tls?.hostName ?? host.name
                let isAddress = InternetAddress.bytes(name) != nil
                try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : name))
            }
            try pipeline.addHandler(HostHandler(self, generation: generation))
        }
    }

    private func connected(_ result: Result<any Channel, any Error>) {
        switch (result, state) {
        case (.success(let channel), .connecting) where !channel.isActive:
            // Gone before it was ours: nothing more will be heard of it.
            state = .down
            tryAgain()
        case (.success(let channel), .connecting):
            state = .signingOn(channel)
            sendNetwork(1)
            let generation = generation
            loop.scheduleTask(in: TimeAmount(limits.signOn)) { [self] in
                if self.generation == generation, case .signingOn(let channel) = state {
                    channel.close(promise: nil)
                }
            }
        case (.success(let channel), _): channel.close(promise: nil)
        case (.failure(let error), .connecting):
            log.debug("no connection to the bank's host", metadata: ["error": "\(type(of: error))"])
            state = .down
            tryAgain()
        case (.failure, _): break
        }
    }

    private func tryAgain() {
        let pause = BackOff(first: limits.reconnect.lowerBound, longest: limits.reconnect.upperBound)
        loop.scheduleTask(in: TimeAmount(pause.delay(attempt: attempt))) { [self] in start() }
        attempt += 1
    }

    func closed(_ generation: Int) {
        guard generation == self.generation, channel != nil else { return }
        let wasUp = isUp
        state = .down
        if wasUp {
            log.warning("connection to the bank's host lost")
            report(.down)
        }
        tryAgain()
    }

    func received(_ bytes: consuming [UInt8], _ generation: Int) throws(MessageError) {
        var bytes = bytes
        defer { wipe(&bytes) }
        let message = try Message(decoding: bytes)
        guard generation == self.generation else { return }
        guard message.type == .networkResponse else {
            if isUp { report(.received(message)) }
            return
        }
        switch state {
        case .signingOn(let channel):
            guard message[.networkCode] == 1, message[.responseCode] == .approved else {
                log.error("the bank's host refused the sign-on")
                channel.close(promise: nil)
                return
            }
            state = .up(channel, isEchoOpen: false)
            attempt = 0
            log.notice("connected to the bank's host", metadata: ["tls": "\(tls != nil)"])
            scheduleEcho()
            report(.up)
        case .up(let channel, _): state = .up(channel, isEchoOpen: false)
        case .down, .connecting, .stopped: break
        }
    }

    private func scheduleEcho() {
        let generation = generation
        loop.scheduleTask(in: TimeAmount(limits.echo)) { [self] in
            guard generation == self.generation, case .up(let channel, let isEchoOpen) = state else { return }
            guard !isEchoOpen else {
                log.warning("the bank's host does not answer")
                channel.close(promise: nil)
                return
            }
            state = .up(channel, isEchoOpen: true)
            sendNetwork(301)
            scheduleEcho()
        }
    }

    private func sendNetwork(_ code: UInt64) {
        networkNumber = networkNumber % 999_999 + 1
        // Its fields are ours and fit.
        if let message = try? messages.network(code, traceNumber: networkNumber, now: Clock.secondsSince1970()) {
            send(message)
        }
    }
}
