import Correspondence
import LinuxBase
import Logging
import Measurements
import Seal
import SecureChannel
import Stream
import Tones
import Wire

/// A payment whose outcome this terminal did not live to see.
struct Recall {
    let request: PendingRequest
    /// Set while the server is asked.
    var deadline: MonotonicTime?
}

extension TrustedEnvironment {
    /// A bank may be asked meanwhile.
    private static let recallTime: Duration = .seconds(30)
    private static let forgetPause: Duration = .seconds(2)

    static func recall(from store: SealedStore, _ log: Logger) -> Recall? {
        do throws(SealError) {
            guard try store.names().contains(PendingRecord.name) else { return nil }
            guard let request = PendingRequest(decoding: try store.read(PendingRecord.name)) else {
                log.error("the record of an unfinished request cannot be read")
                return nil
            }
            return Recall(request: request)
        } catch {
            log.error("sealed store: \(error)")
            return nil
        }
    }

    /// To be kept from when the server has accepted it to its outcome.
    func remember(_ request: ExecutionRequest, for row: CorrespondenceRow) {
        guard row.entryModes.contains(.card) || row.storedData.contains(AccountRecord.name) else { return }
        launch?.request = request.request
    }

    /// Once the server has taken the request: the hold screen is there by then, and nobody has pressed anything.
    func keepRequest() {
        guard let launch, let request = launch.request else { return }
        let pending = PendingRequest(
            request: request, application: launch.row.application, invoice: launch.invoice, host: server.host,
            port: server.port)
        self.launch?.pending = pending
        forgetDeadline = nil
        do throws(SealError) {
            try store.write(PendingRecord.name, pending.encoded())
        } catch { log.error("sealed store: \(error)") }
    }

    /// The session has ended here. If the server has not said how, it is asked; one that never took the request has nothing
    /// to say.
    func settle(_ ended: LaunchInProgress?, _ now: MonotonicTime) {
        guard let ended, let pending = ended.pending else { return }
        guard !ended.isEndKnown else {
            // Gone before then, this terminal asks and shows the same outcome once more.
            forgetDeadline = now + Self.forgetPause
            return
        }
        recall = Recall(request: pending)
        if link.isUp, !isStopping { askForOutcome(now) }
    }

    func forgetRequest() {
        forgetDeadline = nil
        do throws(SealError) {
            if try store.names().contains(PendingRecord.name) { try store.remove(PendingRecord.name) }
        } catch { log.error("sealed store: \(error)") }
    }

    /// Asks, whenever the link comes up before an answer.
    func askForOutcome(_ now: MonotonicTime) {
        guard let recall else { return }
        self.recall?.deadline = now + Self.recallTime
        log.notice("asking for the outcome of \(recall.request.application), which this terminal did not see")
        send(recall.request.question)
    }

    /// True when the message is the answer.
    func takeRecalled(_ message: ServerMessage, _ now: MonotonicTime) -> Bool {
        guard let asked = recall, asked.deadline != nil else { return false }
        switch message {
        case .outcome(let outcome):
            recall = nil
            log.notice("the outcome was: \(outcome.name)")
            tones?.play(outcome.tone)
            let row = records.table.row(for: asked.request.application)
            // Keys that were meant for something else do not send it away.
            deafUntil = now + Self.deafTime
            showOutcome(outcome, row: row, invoice: asked.request.invoice, now)
            send(.outcomeReceived)
            forgetDeadline = now + Self.forgetPause
            return true
        case .refused(let refusal) where refusal.code == .unknownSession:
            recall = nil
            forgetRequest()
            log.notice("nothing came of it: nothing was paid")
            return true
        case .refused(let refusal):
            // It cannot say: it is asked again when the time for an answer is over.
            log.warning("no outcome yet: \(refusal.reason)")
            return true
        default: return false
        }
    }
}
