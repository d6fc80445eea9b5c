internal import Accept
internal import Admission
internal import Commands
internal import LinuxBase
internal import Logging
internal import Measurements
internal import NIOCore
internal import NIOPosix
internal import Payments
internal import Send
internal import Wire

/// Brings connections and sessions together. Lives on the event loop.
final class SessionHost: ConnectionOwner, @unchecked Sendable {
    // Safe to send: `peers`, `sessions` and all sessions are touched on the event loop only.

    let loop: any EventLoop
    let pool: NIOThreadPool
    let registry: Registry
    /// nil: nobody to ask for money.
    let payments: PaymentGateway?
    private let place: CellPlace
    private let capacity: Int
    let log: Logger
    var peers: [UInt64: Peer] = [:]
    var tickets = Tickets()
    private var sessions: [Session.Key: Session] = [:]
    private var byNumber: [UInt64: Session] = [:]
    private var timers: [Session.Key: Scheduled<Void>] = [:]
    private(set) var isDraining = false
    private var drained: EventLoopPromise<Void>?

    init(
        loop: any EventLoop, pool: NIOThreadPool, registry: Registry, payments: PaymentGateway?, place: CellPlace,
        capacity: Int, log: Logger
    ) {
        self.loop = loop
        self.pool = pool
        self.registry = registry
        self.payments = payments
        self.place = place
        self.capacity = capacity
        self.log = log
    }

    // MARK: connections

    func opened(_ connection: TerminalConnection, certificate: [UInt8]) {
        guard !isDraining else { return connection.refuse(Self.draining, as: .draining) }
        peers[connection.number] = Peer(connection: connection)
        let registry = registry
        pool.runIfActive(eventLoop: loop) { registry.terminal(certificate: certificate) }
            .assumeIsolated()
            .whenComplete { result in
                guard self.peers[connection.number] != nil else { return }
                switch result {
                case .success(.success(let terminal)):
                    self.peers[connection.number]?.terminal = terminal
                    connection.know(terminal: terminal.name)
                case .success(.failure(let denial)): connection.refuse(denial.refusal)
                case .failure(let error): connection.end(.internalFailure("\(error)"))
                }
            }
    }

    func received(_ message: TerminalMessage, on connection: TerminalConnection) {
        guard let peer = peers[connection.number], let terminal = peer.terminal else { return }
        switch message {
        case .executionRequest(let request): execute(request, terminal, connection)
        case .resume(let resume): self.resume(resume, terminal, connection)
        case .command(let command):
            // A session that has just ended may get commands that were on their way.
            guard let session = peer.session else { return }
            do throws(CommandError) { try session.take(command) } catch {
                guard case .gap(let expected, let received) = error else { return }
                connection.refuse(
                    Refusal(code: .malformed, reason: "\(error)"),
                    as: .commandGap(expected: expected, received: received))
            }
        case .keyframeRequest: peer.session.map { $0.perform($0.queue.keyframeRequested()) }
        case .cancel(let reason): peer.session?.end(.cancelled, because: "terminal: \(reason)")
        case .outcomeReceived:
            peers[connection.number]?.session = nil
            peer.session?.acknowledgeOutcome()
        case .attestation(let attestation): received(attestation, on: connection)
        case .renewal(let request): renew(request, on: connection)
        case .tableInstalled(let version): tableInstalled(version, on: connection)
        case .feedback: break  // Nothing adapts to it yet.
        case .hello, .heartbeat, .padding: break  // The connection's own business.
        }
    }

    func ended(_ connection: TerminalConnection, _ reason: ConnectionEnd) {
        guard let peer = peers.removeValue(forKey: connection.number) else { return }
        peer.attestationTimer?.cancel()
        peer.session?.detach(connection)
    }

    /// Sessions of one terminal that may be on their way out while it asks for another.
    private static let unfinishedLimit = 3

    // MARK: requests

    private func execute(
        _ request: ExecutionRequest, _ terminal: AdmittedTerminal, _ connection: TerminalConnection
    ) {
        guard !isDraining else { return connection.send(.refused(Self.draining)) }
        let key = Session.Key(fingerprint: terminal.fingerprint, request: request.request)
        if let known = sessions[key] {
            peers[connection.number]?.session = known
            return known.attach(connection)
        }
        // By the certificate, not by the name: one that was replaced has no say over its successor.
        let own = sessions.values.filter { $0.terminal.fingerprint == terminal.fingerprint }
        for old in own { giveUp(old) }
        // Sessions that only keep their outcome take no place; those that are still being taken down do.
        let busy = sessions.values.count { !$0.isThreadDone }
        guard busy < capacity, own.count(where: { !$0.isThreadDone }) < Self.unfinishedLimit else {
            log.warning("refused: no capacity", metadata: ["terminal": "\(terminal.name)"])
            return connection.send(.refused(Refusal(code: .noCapacity, reason: "all places are taken")))
        }
        do throws(SystemCallError) {
            try begin(request, key, terminal, connection)
        } catch {
            log.error("no session: \(error)")
            connection.send(.refused(Refusal(code: .internalFailure, reason: "server failure")))
        }
    }

    /// A terminal shows one application: a new request means that it has given up what it had before. It is told nothing
    /// of the old session's end, which it could take for the new one's.
    private func giveUp(_ session: Session) {
        for (number, peer) in peers where peer.session === session {
            peers[number]?.session = nil
            session.detach(peer.connection)
        }
        session.end(.cancelled, because: "the terminal asked for something else")
        session.acknowledgeOutcome()
    }

    private func begin(
        _ request: ExecutionRequest, _ key: Session.Key, _ terminal: AdmittedTerminal,
        _ connection: TerminalConnection
    ) throws(SystemCallError) {
        let mailbox = try Mailbox()
        let session = Session(
            key: key, terminal: terminal, token: try Random.bytes(WireLimits.resumeTokenBytes), request: request,
            mailbox: mailbox, host: self, log: log)
        let loop = loop
        // Reports come by the loop, so none comes before the session is in the table.
        try CellThread(
            request: request, terminal: terminal, registry: registry, place: place, mailbox: mailbox,
            report: { report in loop.execute { session.report(report) } }
        ).start()
        sessions[key] = session
        peers[connection.number]?.session = session
        session.attach(connection)
    }

    private func resume(_ resume: Resume, _ terminal: AdmittedTerminal, _ connection: TerminalConnection) {
        guard let session = byNumber[resume.session], session.terminal.fingerprint == terminal.fingerprint,
            session.token.isEqualInConstantTime(to: resume.token)
        else { return recall(resume, terminal, connection) }
        peers[connection.number]?.session = session
        session.attach(connection, resuming: true)
    }

    /// The session is gone, with an earlier process perhaps. Money that it moved is not.
    private func recall(_ resume: Resume, _ terminal: AdmittedTerminal, _ connection: TerminalConnection) {
        let unknown = ServerMessage.refused(Refusal(code: .unknownSession, reason: "no such session"))
        guard let request = resume.request else { return connection.send(unknown) }
        // By its name: a certificate may have been renewed meanwhile, and nobody else knows the request.
        let name = terminal.name
        if let session = sessions.values.first(where: { $0.key.request == request && $0.terminal.name == name }) {
            // The terminal has lost it, and so has whoever stands before it.
            peers[connection.number]?.session = session
            session.end(.cancelled, because: "the terminal asks what came of it")
            return session.attach(connection, resuming: true)
        }
        guard let payments else { return connection.send(unknown) }
        let (loop, log) = (loop, log)
        Task {
            let answer: ServerMessage
            do throws(GatewayError) {
                let outcome = try await Session.outcome(of: request, on: name, payments)
                if let outcome { log.notice("outcome of a lost session told: \(outcome.word)") }
                answer = outcome.map { .outcome($0) } ?? unknown
            } catch {
                log.error("outcome of a lost session: \(error)")
                answer = .refused(Refusal(code: .internalFailure, reason: "the payments' journal cannot be read"))
            }
            loop.execute {
                // Whoever has asked for something else since then would take it for that one's.
                if self.peers[connection.number]?.session == nil { connection.send(answer) }
            }
        }
    }

    // MARK: what sessions ask for

    func identified(_ session: Session, as number: UInt64) { byNumber[number] = session }

    /// Looks at the session's limits when the next is due.
    func schedule(_ session: Session) {
        timers.removeValue(forKey: session.key)?.cancel()
        guard sessions[session.key] === session, let due = session.limits?.nextDue else { return }
        // A limit that struck while money is moving waits for the answer; looking once a second is enough.
        let least = session.wallet.isPaying ? Duration.seconds(1) : .zero
        let delay = max(least, due - Clock.now()).wholeNanoseconds
        timers[session.key] = loop.assumeIsolated().scheduleTask(in: .nanoseconds(delay)) {
            if session.limitStruck(now: Clock.now()) {
                self.forgetIfOver(session)
            } else {
                self.schedule(session)
            }
        }
    }

    func forgetIfOver(_ session: Session) {
        guard session.isOver, sessions[session.key] === session else { return }
        sessions.removeValue(forKey: session.key)
        if let number = session.id { byNumber.removeValue(forKey: number) }
        timers.removeValue(forKey: session.key)?.cancel()
        for (number, peer) in peers where peer.session === session { peers[number]?.session = nil }
        finishDrainingIfDone()
    }

    // MARK: the end

    private static let draining = Refusal(code: .draining, reason: "server is shutting down")

    /// Tells every terminal, ends every session; done when the last cell is destroyed.
    func drain() -> EventLoopFuture<Void> {
        let promise = loop.makePromise(of: Void.self)
        loop.execute {
            self.isDraining = true
            self.drained = promise
            // How a session ends goes before the refusal, or a terminal would not hear what was paid.
            for session in self.sessions.values {
                session.end(.failed(reason: "server is shutting down"), because: "shut-down", interrupted: true)
            }
            for peer in self.peers.values { peer.connection.refuse(Self.draining, as: .draining) }
            // Nobody will be there to ask for it.
            for session in self.sessions.values { session.acknowledgeOutcome() }
            self.finishDrainingIfDone()
        }
        return promise.futureResult
    }

    private func finishDrainingIfDone() {
        guard isDraining, sessions.isEmpty, let drained else { return }
        self.drained = nil
        drained.succeed()
    }
}
