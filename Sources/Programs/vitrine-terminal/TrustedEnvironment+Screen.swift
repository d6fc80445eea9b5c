import Correspondence
import Entry
import Hold
import LinuxBase
import Logging
import Measurements
import Pictures
import Plane
import SecureChannel
import Stream
import Wire

extension TrustedEnvironment {
    /// How long an outcome stays; a key sends it away sooner.
    private static let outcomeTime: Duration = .seconds(4)

    func showHome() {
        showing = .home
        layHome()
        commit()
        timeline.note("home", at: Clock.now())
    }

    func showHold(_ row: CorrespondenceRow) {
        showing = .hold
        guard let picture = artist.holdPicture(row, status: holdStatus, isTrouble: linkFailure != nil) else {
            preconditionFailure("every row of the table has a hold screen")
        }
        showBelowStrip(picture)
    }

    /// The stream's first picture replaces the hold screen; the strip changes with it.
    func beginStream() {
        guard showing != .stream else { return }
        showing = .stream
        layStrip()
        openKeys()
        timeline.note("stream", at: Clock.now())
        // The next one: a decoder that fails now is replaced without waiting for a process to start.
        video.prepareSpare(log)
    }

    func showOutcome(_ outcome: Outcome, row: CorrespondenceRow?, invoice: Invoice?, _ now: MonotonicTime) {
        // Who cancels wants to be back at once.
        guard outcome != .cancelled else { return showHome() }
        showing = .outcome(until: now + Self.outcomeTime)
        showBelowStrip(artist.outcomePicture(outcome, title: row?.title ?? "", invoice: invoice))
        timeline.note("outcome_shown", at: Clock.now())
    }

    /// The link has come up or gone: the strip says so, and so does the hold screen.
    func linkChanged() {
        if showing == .hold, let row = launch?.row { return showHold(row) }
        drawStrip()
    }

    func drawStrip() {
        layStrip()
        commit()
    }

    func layHome() { layBelowStrip(artist.homePicture()) }

    func commit() {
        let damage = plane.damage
        plane.commit()
        display?.commit(plane, damage: damage, now: Clock.now())
        guard !damage.isEmpty else { return }
        watch?.show(plane, damage: damage)
    }

    func writePicture() {
        guard let folder = options.pictures else { return }
        noteDisplay()
        drawLentFrame()
        let path = "\(folder)/screen-\(Clock.now().nanoseconds / 1_000_000).png"
        do throws(PlaneError) {
            try plane.writePNG(path)
        } catch {
            log.warning("no picture written: \(error)")
        }
    }

    private func showBelowStrip(_ picture: Picture) {
        layBelowStrip(picture)
        commit()
    }

    private func layBelowStrip(_ picture: Picture) {
        layStrip()
        plane.show(picture, x: artist.layout.stream.x, y: artist.layout.stream.y)
        lastWay = nil
        display?.hideStream()
    }

    private func layStrip() {
        let strip = artist.strip(title: launch?.row.title, connection: connectionState, entry: entryState)
        plane.show(strip, x: artist.layout.strip.x, y: artist.layout.strip.y)
    }

    private var connectionState: Strip.Connection {
        if case .detached = session.state { return .stale }
        if link.isUp { return .secure }
        return linkFailure == nil ? .connecting : .away
    }

    private var entryState: Strip.Entry {
        guard launch != nil else { return .home }
        if let digits = pin?.count { return .pin(account: pinAccount, digits: digits) }
        if isReadingCard { return .reading }
        // Where there is no reader a card is asked for in vain: not here.
        let takesCards = cards != nil && entry.mode.contains(.card)
        let takesCodes = (cards != nil || codes != nil) && entry.mode.contains(.code)
        if entry.mode.contains(.keys) { return takesCards ? .keysOrCard : takesCodes ? .keysOrCode : .keys }
        return takesCards ? .card : takesCodes ? .code : .closed
    }

    private var holdStatus: String {
        if link.isUp { return "Starting on the server…" }
        switch linkFailure {
        case nil: return "Connecting…"
        case .refused: return "The server refuses this terminal"
        case .tls: return "The server could not be verified"
        default: return "Server away, trying again…"
        }
    }

    /// Pictures for viewers, and their keys as if typed on the keypad.
    func serveViewers(_ now: MonotonicTime) {
        guard watch != nil else { return }
        for key in watch?.handle(plane, now: now) ?? [] { press(key, now) }
    }
}
