import Correspondence
import Entry
import Hold
import Launch
import LinuxBase
import Logging
import Measurements
import Pictures
import Plane
import Seal
import Secrets
import SecureChannel
import Stream
import Tones
import Wire

/// A launch from its acceptance to its outcome.
struct LaunchInProgress {
    let row: CorrespondenceRow
    let invoice: Invoice?
    /// Who asked over the launch socket, and learns the outcome; nil for the home screen's keys.
    var client: Int?
    /// The server ends a session that takes too long; this is for a server that cannot.
    var deadline: MonotonicTime
    /// Set where money may move: identifies the request as long as nobody has said what came of it.
    var request: [UInt8]?
    /// In the sealed store from the server's acceptance until the outcome is known.
    var pending: PendingRequest?
    /// The server has said how it ended.
    var isEndKnown = false
    /// Cancelled; until the deadline the server may say how it ended.
    var isEnding = false
}

extension TrustedEnvironment {
    /// How much longer than the row's limit the terminal waits for the server to end a session.
    private static let grace: Duration = .seconds(5)
    /// How long the server has to say how a cancelled session ended.
    /// It waits itself while a bank is asked: money may move.
    private static let endingTime: Duration = .seconds(25)
    /// Keys meant for the application that has just gone must not start another.
    static let deafTime: Duration = .milliseconds(800)

    func takeLaunches(_ now: MonotonicTime) throws {
        for event in try gate.handle(now: now) {
            switch event {
            case .request(let client, let request, let peer):
                log.info(
                    "launch asked for",
                    metadata: [
                        "application": "\(request.application)", "pid": "\(peer.process)", "uid": "\(peer.user)",
                    ])
                let answer = begin(request, client: client, by: .user(peer.user), now)
                gate.answer(answer, to: client, now: now)
            case .list(let client, let peer):
                gate.answer(.applications(offered(to: .user(peer.user))), to: client, now: now)
            case .gone(let client, let error):
                if launch?.client == client { launch?.client = nil }
                log.info("launcher gone: \(error)")
            case .turnedAway(let peer):
                log.warning("launcher turned away", metadata: ["pid": "\(peer.process)", "uid": "\(peer.user)"])
            case .overrun(let connections):
                log.warning("\(connections) launchers closed unheard: too many at once")
            }
        }
    }

    /// The patent's interception: a row in the table means that a server runs it; no row, that it is not ours.
    func begin(
        _ request: LaunchRequest, client: Int?, by launcher: Launcher, _ now: MonotonicTime
    ) -> LaunchAnswer {
        guard let row = records.table.row(for: request.application) else { return .notRemote }
        guard row.allows(launcher: launcher) else {
            log.warning("launch not permitted", metadata: ["application": "\(row.application)", "by": "\(launcher)"])
            return .refused("this application is not to be launched from here")
        }
        // The operator lets it run where it was asked for when no server is to be had.
        if row.localFallback, !link.isUp, linkFailure != nil { return .notRemote }
        guard launch == nil else { return .refused("another application is running") }
        // Its record gives way to no other, and one answer at a time comes on a connection.
        guard recall == nil else { return .refused("the last payment is being looked up") }
        timeline.note("launch", at: now)
        let limit = Duration.seconds(Int64(clamping: row.totalSeconds))
        launch = LaunchInProgress(
            row: row, invoice: request.invoice, client: client, deadline: now + limit + Self.grace)
        entry = EntryMachine()
        // One of its servers may be in use already: the others are for when it is not to be had.
        if !row.servers.contains(server) { connect(to: row.server, now) }
        // The hold logo comes first: from memory, before anything goes to the network.
        showHold(row)
        timeline.note(
            "hold", at: Clock.now(), ["after_us": UInt64(clamping: (Clock.now() - now).wholeNanoseconds / 1000)])
        let identifier: [UInt8]
        do throws(SystemCallError) {
            identifier = try Random.bytes(WireLimits.requestIdentifierBytes)
        } catch {
            finish(.failed(reason: "no randomness"))
            return .refused("no randomness")
        }
        let execution = ExecutionRequest(
            request: identifier, application: row.application, user: records.table.user,
            target: RenderTarget(
                size: artist.layout.stream.size, refreshMillihertz: 60_000, level: 42, temporalLayers: 1),
            invoice: request.invoice, stored: storedData(for: row))
        perform(session.handle(.launch(execution, linkUp: link.isUp)))
        remember(execution, for: row)
        return .started
    }

    /// What a launcher may ask for, with the logos as icons: what the rich side's launch files are made of.
    private func offered(to launcher: Launcher) -> [OfferedApplication] {
        records.table.rows.filter { $0.allows(launcher: launcher) }.map { row in
            let icon = records.logos[row.application].flatMap { logo in
                LaunchIcon(width: logo.size.width, height: logo.size.height, pixels: logo.pixels)
            }
            return OfferedApplication(application: row.application, title: row.title, icon: icon)
        }
    }

    /// The data of the sealed store that the row allows its application, and nothing else of it. What is not there is
    /// left out: the application says what it needs.
    private func storedData(for row: CorrespondenceRow) -> [String: String] {
        var data: [String: String] = [:]
        for name in row.storedData {
            do throws(SealError) {
                var bytes = try store.read("data/\(name)")
                data[name] = String(validating: bytes, as: UTF8.self)
                wipe(&bytes)
            } catch .missing {
                continue
            } catch {
                log.error("sealed store: \(error)")
            }
        }
        return data
    }

    /// The session is over: everything of it goes, the launcher learns the outcome, the screen says it.
    func finish(_ outcome: Outcome) {
        let now = Clock.now()
        timeline.note("outcome", at: now, ["kind": outcome.code], bytes: driver.wireBytes)
        log.info(
            "session ended",
            metadata: ["application": "\(launch?.row.application ?? "-")", "outcome": "\(outcome.name)"])
        tones?.play(outcome.tone)
        if let client = launch?.client { gate.answer(.outcome(outcome), to: client, now: now) }
        let ended = launch
        launch = nil
        deafUntil = now + Self.deafTime
        replacements = 0
        entry = EntryMachine()
        closeCounter()
        video.close()
        display?.closeStream()
        showOutcome(outcome, row: ended?.row, invoice: ended?.invoice, now)
        video.prepareSpare(log)
        settle(ended, now)
        if let waitingTable { takeTable(waitingTable) }
    }

    func awaitOutcome() {
        launch?.isEnding = true
        launch?.deadline = Clock.now() + Self.endingTime
    }

    /// Keys at home and on an outcome: not while somebody still types at what is gone, except to send an outcome away.
    func pressAtHome(_ key: Key, _ now: MonotonicTime) {
        if case .outcome = showing, key == .cancel { return showHome() }
        guard now >= deafUntil else {
            deafUntil = now + Self.deafTime
            return
        }
        if case .outcome = showing { return showHome() }
        guard case .digit(let digit) = key, let application = artist.home.application(forDigit: digit) else { return }
        if case .refused(let reason) = begin(LaunchRequest(application: application), client: nil, by: .home, now),
            launch == nil
        {
            showOutcome(.failed(reason: reason), row: records.table.row(for: application), invoice: nil, now)
        }
    }

    func checkDeadlines(_ now: MonotonicTime) {
        if let launch, now >= launch.deadline {
            perform(session.handle(launch.isEnding ? .outcomeOverdue : .cancel(.limit)))
        }
        if let deadline = showing.deadline, now >= deadline { showHome() }
        if let deadline = recall?.deadline, now >= deadline {
            log.error("the server does not say what came of the last payment: it is asked again")
            recall?.deadline = nil
            // An answer that comes late must not meet another question.
            dropLink()
        }
        if let deadline = forgetDeadline, now >= deadline { forgetRequest() }
        if let deadline = cardRetry.at, now >= deadline { retryCard(now) }
        if let deadline = pin?.deadline, now >= deadline { endPIN(.timeout, now) }
        if let deadline = driver.slotDeadline, now >= deadline { fillSlot(now) }
        if let deadline = video.deadline, now >= deadline { replaceDecoder("it does not answer") }
    }
}

extension Outcome {
    /// For logs and the time line: the kind, without what an application said.
    var name: StaticString {
        switch self {
        case .approved: "approved"
        case .declined: "declined"
        case .needsMore: "needs more"
        case .ended: "ended"
        case .cancelled: "cancelled"
        case .failed: "failed"
        }
    }

    /// What is not about money is looked at, or was wanted.
    var tone: Tone {
        switch self {
        case .approved: .approved
        case .declined: .declined
        case .needsMore, .failed: .attention
        case .ended, .cancelled: .key
        }
    }

    fileprivate var code: UInt64 {
        switch self {
        case .approved: 0
        case .declined: 1
        case .needsMore: 2
        case .ended: 3
        case .cancelled: 4
        case .failed: 5
        }
    }
}
