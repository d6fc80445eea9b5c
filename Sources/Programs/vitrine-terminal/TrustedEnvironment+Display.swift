import Decoder
import Hold
import LinuxBase
import Logging
import Measurements
import Pictures
import Plane
import Stream

/// How a picture of the stream is on the screen.
enum StreamWay: Equatable {
    case lent
    case interleaved
    case converted
}

/// The way of a decoded picture to the screen, and what the display has to say.
extension TrustedEnvironment {
    /// Lets the display show the decoder's own buffer. False when it cannot.
    func lend(_ frame: DecodedFrame) -> Bool {
        guard let display, let reference = video.reference(frame), display.show(reference, colour: frame.colour) else {
            return false
        }
        video.lend(frame)
        lastWay = .lent
        return true
    }

    /// Copies what has changed: into the display's own video buffers, or into the plane as RGB.
    func copy(_ frame: DecodedFrame, _ damage: Rectangle) {
        let origin = artist.layout.stream
        let whole = Rectangle(x: 0, y: 0, width: origin.width, height: origin.height)
        let area = lastWay == .converted ? damage : whole
        var isPlaced = false
        video.show(frame) { view in
            isPlaced =
                display?.show(view, damage: lastWay == .interleaved ? damage : whole, colour: frame.colour) == true
            if !isPlaced { plane.show(view, damage: area, x: origin.x, y: origin.y, colour: frame.colour) }
        }
        lastWay = isPlaced ? .interleaved : .converted
        if !isPlaced { display?.noteConverted(bytes: area.width * area.height * 4) }
    }

    func takeDisplayEvents(_ now: MonotonicTime) {
        guard let display else { return }
        for event in display.handle(plane, now: now) {
            switch event {
            case .lit(let explanation, let path):
                log.info("display: \(explanation)")
                timeline.note("display_lit", at: now)
                if showing == .stream, path != pathOfStream { showStreamAnew() }
            case .streamLost:
                if showing == .stream { showStreamAnew() }
            case .dark(let reason):
                log.warning("no display: \(reason)")
                timeline.note("display_dark", at: now)
            case .stumbled(let reason):
                log.warning("display set anew: \(reason)")
            case .released(let reference):
                video.takeBack(reference)
            case .flipped(let reference, let time):
                guard let frame = video.lentFrame(reference) else { continue }
                timeline.note("flipped", at: time, ["sequence": frame.sequence])
            }
        }
    }

    /// Pictures go another way from now on: into other memory, from a keyframe on. Until that has come, what is at hand is
    /// shown the plain way.
    private func showStreamAnew() {
        if video.lentFrame(display?.newestFrame) != nil {
            drawLentFrame()
            lastWay = .converted
            display?.hideStream()
            commit()
        }
        replaceDecoder("the display is another", isFault: false)
    }

    /// The newest picture of the stream, for a picture of the screen: it is not in the plane while the display shows
    /// it from the decoder's buffer.
    func drawLentFrame() {
        guard showing == .stream, let frame = video.lentFrame(display?.newestFrame) else { return }
        let origin = artist.layout.stream
        video.show(frame) { view in
            plane.show(
                view, damage: view.layout.size.bounds, x: origin.x, y: origin.y, colour: frame.colour)
        }
    }

    func noteDisplay() {
        guard let statistics = display?.statistics else { return }
        log.info("display: \(statistics.explanation)")
        timeline.note(
            "display", at: Clock.now(),
            [
                "commits": UInt64(statistics.commits), "flips": UInt64(statistics.flips),
                "mode_sets": UInt64(statistics.modeSets), "busy": UInt64(statistics.busy),
                "failures": UInt64(statistics.failures), "direct": UInt64(statistics.direct),
                "interleaved": UInt64(statistics.interleaved), "converted": UInt64(statistics.converted),
                "copied_bytes": UInt64(statistics.copiedBytes),
                "commit_us_p95": UInt64(statistics.commitMicroseconds(share: 0.95)),
            ])
    }
}
