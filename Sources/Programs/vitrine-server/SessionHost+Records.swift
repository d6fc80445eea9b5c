internal import Accept
internal import Admission
internal import LinuxBase
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Wire

/// What terminals get besides sessions: tables, certificates, an end when they are revoked.
extension SessionHost {
    /// How often the records are looked at for what is new about connected terminals.
    static let recordsInterval: TimeAmount = .seconds(2)

    /// Looks after whoever is connected, until the host drains.
    func watchRecords() {
        loop.assumeIsolated().scheduleTask(in: Self.recordsInterval) {
            guard !self.isDraining else { return }
            self.tickets.sweep(now: Clock.now())
            for (number, peer) in self.peers where peer.connection.isOpen { self.lookAfter(number) }
            self.watchRecords()
        }
    }

    /// A connection does not outlive its terminal's right to it.
    private func lookAfter(_ number: UInt64) {
        guard let peer = peers[number], let terminal = peer.terminal, !peer.isLooking else { return }
        peers[number]?.isLooking = true
        let registry = registry
        pool.runIfActive(eventLoop: loop) { registry.refusal(of: terminal) }
            .assumeIsolated()
            .whenSuccess { refusal in
                self.peers[number]?.isLooking = false
                guard let refusal else { return self.pushTable(to: number) }
                self.tickets.forget(terminal.fingerprint)
                self.peers[number]?.connection.refuse(refusal)
            }
    }

    func pushTable(to number: UInt64) {
        // A table goes out as one message: pictures of a session would wait behind it.
        guard let peer = peers[number], let terminal = peer.terminal, peer.session == nil, !peer.isLooking else {
            return
        }
        peers[number]?.isLooking = true
        let registry = registry
        let known = max(peer.table, peer.sentTable)
        pool.runIfActive(eventLoop: loop) { registry.table(for: terminal.name, newerThan: known) }
            .assumeIsolated()
            .whenSuccess { found in
                self.peers[number]?.isLooking = false
                guard let found, let peer = self.peers[number], peer.sentTable < found.version else { return }
                self.peers[number]?.sentTable = found.version
                self.log.info("table sent", metadata: ["terminal": "\(terminal.name)", "version": "\(found.version)"])
                peer.connection.send(.table(found.bytes[...]))
            }
    }

    func tableInstalled(_ version: UInt64, on connection: TerminalConnection) {
        guard let peer = peers[connection.number], let terminal = peer.terminal, version == peer.sentTable,
            version > peer.table
        else { return }
        peers[connection.number]?.table = version
        let registry = registry
        pool.runIfActive(eventLoop: loop) { registry.noteTable(version, on: terminal.name) }.whenFailure { _ in
            // The pool has ended, and so has the server.
        }
    }

    func renew(_ request: [UInt8], on connection: TerminalConnection) {
        // Once a connection: each costs the authority a signature.
        guard let peer = peers[connection.number], let terminal = peer.terminal, !peer.hasRenewed else { return }
        peers[connection.number]?.hasRenewed = true
        let registry = registry
        pool.runIfActive(eventLoop: loop) { registry.renew(request, for: terminal) }
            .assumeIsolated()
            .whenSuccess { certificate in
                // A renewal that is refused is the operator's to look at; the terminal goes on with what it has.
                if let certificate { connection.send(.certificate(certificate)) }
            }
    }
}
