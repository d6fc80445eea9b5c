internal import Accept
internal import Admission
internal import Catalogue
internal import Cell
internal import Commands
internal import LinuxBase
internal import Logging
internal import Measurements
internal import RFB
internal import Send
internal import Synchronization
internal import Wire

/// One session, from the request to the acknowledged outcome. Its cell has a thread (`CellThread`); this half lives on
/// the event loop, where the connections are, and outlives each of them.
///
/// ```
///  admitted? ──► accepted ──► serving ──► ended ──► over
///      └────────────┴────────────────────▲         (acknowledged or forgotten, and the cell destroyed)
/// ```
final class Session: @unchecked Sendable {
    // Safe to send: touched on the event loop only; the thread reaches it through `report`, which hops there.

    /// The same request sent twice by one terminal is one session.
    struct Key: Hashable {
        /// SHA-256 of the terminal's certificate.
        var fingerprint: [UInt8]
        var request: [UInt8]
    }

    enum Phase {
        case admitting
        case accepted(SandboxCell?)
        case serving(SandboxCell, RFBInput)
        case ended
    }

    let key: Key
    let terminal: AdmittedTerminal
    let token: [UInt8]
    let request: ExecutionRequest
    var id: UInt64?
    var connection: TerminalConnection?
    var phase: Phase = .admitting
    var isThreadDone = false
    var isAcknowledged = false

    var queue = SendQueue(entryMode: .none)
    var commands = CommandLog()
    var limits: SessionLimits?
    /// A finger is on the application's picture.
    var isTouched = false
    /// What was presented for payments.
    var wallet: SessionWallet
    var picture: PictureParameters?
    var prepared: Prepared?
    let mailbox: Mailbox
    private let started = Clock.now()
    var log: Logger
    weak var host: SessionHost?

    init(
        key: Key, terminal: AdmittedTerminal, token: [UInt8], request: ExecutionRequest, mailbox: Mailbox,
        host: SessionHost, log: Logger
    ) {
        self.key = key
        self.terminal = terminal
        self.token = token
        self.request = request
        self.mailbox = mailbox
        self.host = host
        self.log = log
        wallet = SessionWallet(stored: request.stored)
        self.log[metadataKey: "terminal"] = "\(terminal.name)"
    }

    var hasEnded: Bool { queue.outcome != nil }
    /// Nothing is left to do: the session can be forgotten.
    var isOver: Bool { isThreadDone && (isAcknowledged || hasNothingToTell) }
    private var hasNothingToTell: Bool { id == nil }

    // MARK: the terminal's side

    /// `greeting` nil: accepted, as soon as it is known to be.
    func attach(_ connection: TerminalConnection, resuming: Bool = false) {
        if self.connection !== connection { self.connection?.end(.takenOver) }
        self.connection = connection
        limits?.attached()
        guard let id, let picture else { return }
        let greeting: ServerMessage =
            resuming
            ? .resumed(Resumed(session: id, received: commands.accepted, entryMode: queue.entryMode))
            : .accepted(Accepted(session: id, token: token, picture: picture))
        log.info("\(resuming ? "resumed" : "accepted")", metadata: ["after_ms": "\(age)"])
        perform(queue.attach(greeting: greeting))
        host?.schedule(self)
    }

    func detach(_ gone: TerminalConnection) {
        guard connection === gone else { return }
        connection = nil
        queue.detach()
        limits?.detached(now: Clock.now())
        host?.schedule(self)
    }

    func acknowledgeOutcome() {
        if hasEnded { isAcknowledged = true }
        host?.forgetIfOver(self)
    }

    // MARK: the end

    /// The first end counts: the terminal is told, the cell's thread destroys the cell.
    func end(_ outcome: Outcome, because detail: String, interrupted: Bool = false) {
        guard !hasEnded else { return }
        // Nobody is told of an end while money may be moving.
        guard !wallet.isPaying else {
            wallet.waitingEnd = wallet.waitingEnd ?? .init(outcome: outcome, detail: detail, isInterrupted: interrupted)
            return
        }
        let outcome = truth(of: outcome)
        log.info(
            "session ended: \(outcome.word)",
            metadata: [
                "detail": "\(detail)", "after_ms": "\(age)", "keys": "\(commands.accepted)",
                "frames": "\(queue.pictures)", "video_bytes": "\(queue.pictureBytes)",
            ])
        perform(queue.end(outcome))
        switch phase {
        case .accepted(let cell?), .serving(let cell, _): cell.kill()
        case .accepted(nil), .admitting, .ended: break
        }
        phase = .ended
        limits?.ended(now: Clock.now())
        mailbox.end(Mailbox.Verdict(outcome: outcome, isInterrupted: interrupted))
        host?.schedule(self)
    }

    /// Looks at the clock; returns true when the session is to be forgotten.
    func limitStruck(now: MonotonicTime) -> Bool {
        switch limits?.struck(now: now) {
        case .firstPicture: end(.failed(reason: "the application shows nothing"), because: "first picture limit")
        case .idle: end(.failed(reason: "nothing was entered for too long"), because: "idle limit")
        case .total: end(.failed(reason: "the session took too long"), because: "total limit")
        case .retention where hasEnded:
            isAcknowledged = true
            log.info("the terminal never took the outcome")
            return true
        case .retention: end(.cancelled, because: "the terminal stayed away")
        case nil: break
        }
        return false
    }

    func perform(_ actions: [SendQueue.Action]) {
        for action in actions {
            switch action {
            case .send(let message): connection?.send(message)
            case .sendPicture(let unit, let ticket):
                connection?.send(.accessUnit(unit)) { [weak self] in
                    guard let self else { return }
                    perform(queue.written(ticket: ticket))
                }
            case .capture(let ticket, let keyframe): mailbox.ask(Mailbox.Ask(ticket: ticket, keyframe: keyframe))
            }
        }
    }

    /// Since the request, in milliseconds.
    var age: String {
        let microseconds = (Clock.now() - started).wholeNanoseconds / 1000
        return "\(Double(microseconds) / 1000)"
    }
}

extension Outcome {
    /// For logs: without the application's words.
    var word: String {
        switch self {
        case .approved: "approved"
        case .declined: "declined"
        case .needsMore: "needs more"
        case .ended: "ended"
        case .cancelled: "cancelled"
        case .failed: "failed"
        }
    }
}
