internal import Accept
internal import Admission
internal import LinuxBase
internal import Measurements
internal import NIOCore
internal import NIOPosix
internal import Wire

/// Hello, challenge, attestation, welcome; and the same again while the connection lasts.
extension SessionHost {
    func greeted(_ connection: TerminalConnection, _ hello: Hello) {
        guard let terminal = peers[connection.number]?.terminal else { return }
        peers[connection.number]?.table = hello.table
        let now = Clock.now()
        if let ticket = hello.ticket, let until = tickets.redeem(ticket, of: terminal.fingerprint, now: now) {
            return letIn(connection, terminal, until: until)
        }
        challenge(connection)
    }

    private func challenge(_ connection: TerminalConnection) {
        do throws(SystemCallError) {
            let challenge = Challenge(
                nonce: try Random.bytes(WireLimits.nonceBytes), registers: Registry.measuredRegisters)
            peers[connection.number]?.challenge = challenge
            connection.challenge(challenge)
        } catch {
            connection.end(.internalFailure("randomness"))
        }
        // Before the welcome the connection itself keeps the time.
        guard connection.isOpen else { return }
        setAttestationTimer(connection, after: Self.answerTime) { connection.end(.attestationTimedOut) }
    }

    func received(_ attestation: Attestation, on connection: TerminalConnection) {
        guard let peer = peers[connection.number], let terminal = peer.terminal else { return }
        guard let challenge = peer.challenge else {
            return connection.end(.unexpected(message: "attestation that was not asked for"))
        }
        guard let binding = connection.binding else { return connection.end(.internalFailure("channel binding")) }
        peers[connection.number]?.challenge = nil
        let registry = registry
        let evidence = AttestationEvidence(
            statement: attestation.statement, signature: attestation.signature, log: attestation.log,
            activation: attestation.activation, nonce: challenge.nonce, exporter: binding)
        let first = peer.firstClock
        pool.runIfActive(eventLoop: loop) { registry.appraise(evidence, of: terminal, first: first) }
            .assumeIsolated()
            .whenComplete { result in
                guard self.peers[connection.number] != nil else { return }
                switch result {
                case .success(.success(let appraisal)): self.accept(appraisal, of: terminal, on: connection)
                case .success(.failure(let refused)):
                    self.tickets.forget(terminal.fingerprint)
                    connection.refuse(refused.refusal)
                case .failure(let error): connection.end(.internalFailure("\(error)"))
                }
            }
    }

    private func accept(_ appraisal: Appraisal, of terminal: AdmittedTerminal, on connection: TerminalConnection) {
        if peers[connection.number]?.firstClock == nil { peers[connection.number]?.firstClock = appraisal.clock }
        letIn(connection, terminal, until: Clock.now() + .seconds(appraisal.interval))
    }

    private func letIn(_ connection: TerminalConnection, _ terminal: AdmittedTerminal, until: MonotonicTime) {
        if !connection.isOpen {
            let ticket: [UInt8]
            do throws(SystemCallError) { ticket = try tickets.issue(to: terminal.fingerprint, until: until) } catch {
                return connection.end(.internalFailure("randomness"))
            }
            peers[connection.number]?.ticket = ticket
            connection.welcome(time: UInt64(clamping: Clock.secondsSince1970()), ticket: ticket)
            pushTable(to: connection.number)
        } else if let ticket = peers[connection.number]?.ticket {
            // It has been attested again: what it holds is good for as long.
            tickets.extend(ticket, of: terminal.fingerprint, until: until)
        }
        let delay = max(.zero, until - Clock.now())
        setAttestationTimer(connection, after: .nanoseconds(delay.wholeNanoseconds)) { self.challenge(connection) }
    }

    /// A TPM may need seconds; a terminal that is cut off says so by its heartbeat before.
    private static let answerTime: TimeAmount = .seconds(15)

    private func setAttestationTimer(
        _ connection: TerminalConnection, after delay: TimeAmount, _ body: @escaping () -> Void
    ) {
        guard peers[connection.number] != nil else { return }
        peers[connection.number]?.attestationTimer?.cancel()
        peers[connection.number]?.attestationTimer = loop.assumeIsolated().scheduleTask(in: delay) {
            guard self.peers[connection.number] != nil else { return }
            body()
        }
    }
}
