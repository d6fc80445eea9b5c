import Correspondence
import LinuxBase
import Logging
import Measurements
import SecureChannel
import Stream
import Wire

extension TrustedEnvironment {
    /// Moves the link on: what the socket allows, and what time demands.
    func advanceLink(_ events: Poll.Events, _ now: MonotonicTime) {
        let ready = driver.hasMore ? events.union(.readable) : events
        for event in driver.advance(ready) { feed(event) }
        if now >= link.deadline { feed(.tick) }
    }

    /// Uses another server from now on.
    func connect(to address: ServerAddress, _ now: MonotonicTime) {
        guard address != server else { return }
        server = address
        linkFailure = nil
        // What one server gave is no secret to show to another.
        ticket = nil
        link = LinkMachine(now: now)
        driver = LinkDriver(context: identity, host: address.host, port: address.port)
    }

    func send(_ message: TerminalMessage) {
        // Messages of a session that ends while the link is down have nobody to go to; the server ends it by itself.
        guard link.isUp || message.isGreeting else { return }
        for event in driver.send(message) { feed(event) }
    }

    /// Whoever counts bytes on the line is not to see when a PIN's digits are typed.
    func setPaced(_ isPaced: Bool, _ now: MonotonicTime) {
        for event in driver.setPaced(isPaced, now: now) { feed(event) }
    }

    func fillSlot(_ now: MonotonicTime) {
        for event in driver.fillSlot(now: now) { feed(event) }
    }

    /// Ends the connection because of what came over it.
    func dropLink() { feed(.failed(.outOfOrder)) }

    private func feed(_ event: LinkMachine.Event) {
        for action in link.handle(event, now: Clock.now(), jitter: Double.random(in: 0...1)) { perform(action) }
    }

    private func perform(_ action: LinkMachine.Action) {
        switch action {
        case .connect:
            proof = nil
            // A session belongs to the certificate that it began with.
            if renewed, launch == nil {
                renewed = false
                ticket = nil
                driver = LinkDriver(context: identity, host: server.host, port: server.port)
            }
            driver.verificationTime = clock.verificationTime(system: Clock.secondsSince1970(), now: Clock.now())
            for event in driver.connect() { feed(event) }
        case .disconnect:
            proof = nil
            driver.disconnect()
        case .send(let message):
            send(message)
        case .deliver(let message):
            note(message)
            deliver(message)
        case .greet: greet()
        case .attest(let challenge):
            attest(challenge)
            // A connection may last longer than a certificate.
            if link.isUp { renewIfDue(Clock.now()) }
        case .up(let welcome):
            linkFailure = nil
            log.info(
                "link up", metadata: ["server": "\(server.host):\(server.port)", "resumed": "\(driver.isResumed)"])
            timeline.note("link_up", at: Clock.now(), ["resumed": driver.isResumed ? 1 : 0])
            welcomed(welcome)
            perform(session.handle(.linkUp))
            askForOutcome(Clock.now())
            linkChanged()
        case .down(let failure, let pause):
            // The same reason again and again is said once.
            if linkFailure != failure {
                log.warning("link down: \(failure)", metadata: ["retry_ms": "\(Int(pause.milliseconds))"])
                timeline.note("link_down", at: Clock.now())
            }
            linkFailure = failure
            recall?.deadline = nil
            awaitsRenewal = false
            if case .refused = failure { driver.forgetSession() }
            perform(session.handle(.linkDown))
            useNextServer(after: failure)
            linkChanged()
        }
    }

    private func deliver(_ message: ServerMessage) {
        switch message {
        case .table(let bytes): takeTable(Array(bytes))
        case .certificate(let pem): takeCertificate(pem)
        default:
            if takeRecalled(message, Clock.now()) { return }
            if case .accepted = message { keepRequest() }
            if let isEndKnown = isEnd(message) { launch?.isEndKnown = isEndKnown }
            perform(session.handle(.message(message)))
        }
    }

    /// Whether the server has said how a session ended; nil: it spoke of something else. A refusal of a running session (it
    /// shuts down, it lets the terminal in no longer) says nothing of money.
    private func isEnd(_ message: ServerMessage) -> Bool? {
        switch message {
        case .outcome: true
        case .refused(let refusal): launch?.pending == nil || refusal.code == .unknownSession
        default: nil
        }
    }

    /// A row may name several servers: one that is not reached has its turn again after the others.
    private func useNextServer(after failure: LinkFailure) {
        let servers = launch?.row.servers ?? records.table.rows.first?.servers ?? []
        // One server alone knows of a payment.
        guard servers.count > 1, recall == nil, launch?.pending == nil else { return }
        switch failure {
        case .connect, .tls, .slow: break
        default: return
        }
        // One that is no longer in the list gives way to the first.
        let next = servers.firstIndex(of: server).map { ($0 + 1) % servers.count } ?? 0
        server = servers[next]
        ticket = nil
        driver = LinkDriver(context: identity, host: server.host, port: server.port)
    }

    private func note(_ message: ServerMessage) {
        switch message {
        case .accepted:
            timeline.note("accepted", at: Clock.now(), bytes: driver.wireBytes)
        case .accessUnit(let unit):
            timeline.note(
                "unit", at: Clock.now(),
                [
                    "sequence": unit.sequence, "bytes": UInt64(unit.payload.count), "keyframe": unit.isKeyframe ? 1 : 0,
                    "answered": unit.answered, "server_us": unit.serverMicroseconds,
                ])
        default: break
        }
    }
}

extension TerminalMessage {
    /// May be sent before the server has greeted.
    fileprivate var isGreeting: Bool {
        switch self {
        case .hello, .attestation: true
        default: false
        }
    }
}
