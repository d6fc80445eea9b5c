internal import Accept
internal import Catalogue
internal import Cell
internal import LinuxBase
internal import Logging
internal import Measurements
internal import RFB
internal import Send
internal import Wire

/// The cell's side of a session: what its thread reports.
extension Session {
    func report(_ report: CellReport) {
        switch report {
        case .refused(let refusal):
            connection?.send(.refused(refusal))
        case .prepared(let prepared): begin(prepared)
        case .encoding(let parameters): accept(parameters)
        case .cellStarted(let cell):
            log.info("cell started", metadata: ["after_ms": "\(age)"])
            if hasEnded { cell.kill() } else { phase = .accepted(cell) }
        case .serving(let input): serve(input)
        case .drawn:
            log.info("first picture", metadata: ["after_ms": "\(age)"])
            limits?.pictureSeen()
        case .picture(let picture, let ticket, let captured):
            let age = (Clock.now() - captured).wholeNanoseconds / 1000
            perform(queue.picture(picture, ticket: ticket, microseconds: UInt64(clamping: age)))
        case .event(.entryMode(let mode)): setEntryMode(mode)
        case .event(.outcome(let outcome)): end(outcome, because: "the application's answer")
        case .event(.authorise(let attempt)): authorise(attempt)
        case .printed(let text): log.debug("the application printed", metadata: ["text": "\(text)"])
        case .exited(true, let how): end(.ended, because: how)
        case .exited(false, let how): end(.failed(reason: "the application failed"), because: how)
        case .failed(let reason):
            end(.failed(reason: reason), because: reason)
            if picture == nil { refuse(reason) }
        case .finished:
            isThreadDone = true
            host?.forgetIfOver(self)
        }
    }

    private func begin(_ prepared: Prepared) {
        id = prepared.id
        self.prepared = prepared
        log[metadataKey: "session"] = "\(prepared.id)"
        log[metadataKey: "application"] = "\(prepared.entry.manifest.id)"
        log.info("admitted", metadata: ["after_ms": "\(age)"])
        let bounds = prepared.entry.manifest.limits
        let now = Clock.now()
        var limits = SessionLimits(
            firstPicture: .seconds(bounds.firstPictureSeconds), idle: .seconds(bounds.idleSeconds),
            total: .seconds(bounds.totalSeconds), now: now)
        if connection != nil { limits.attached() }
        if hasEnded { limits.ended(now: now) }
        self.limits = limits
        host?.identified(self, as: prepared.id)
        host?.schedule(self)
    }

    private func accept(_ parameters: PictureParameters) {
        picture = parameters
        if !hasEnded { phase = .accepted(nil) }
        if let connection { attachAgain(connection) }
    }

    /// The session never got as far as being accepted: there is nothing to resume.
    private func refuse(_ reason: String) {
        connection?.send(.refused(Refusal(code: .internalFailure, reason: reason)))
        isAcknowledged = true
    }

    private func attachAgain(_ connection: TerminalConnection) {
        self.connection = nil
        attach(connection)
    }

    private func serve(_ input: RFBInput) {
        guard case .accepted(let cell?) = phase, let manifest = prepared?.entry.manifest else { return }
        phase = .serving(cell, input)
        // A program with a window does not know that it could ask for keys, and a page may not want to.
        if manifest.kind != .native, manifest.entry.contains(.keys) { perform(queue.setEntryMode(.keys)) }
        perform(queue.started())
    }

    private func setEntryMode(_ mode: EntryMode) {
        guard mode.isSubset(of: prepared?.entry.manifest.entry ?? .none) else {
            return log.warning("the application asks for an entry mode that its manifest does not name")
        }
        if !mode.contains(.touch) { letGo() }
        perform(queue.setEntryMode(mode))
    }
}
