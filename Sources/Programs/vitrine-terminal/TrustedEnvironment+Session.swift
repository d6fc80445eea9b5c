import Correspondence
import Decoder
import Entry
import Hold
import Keys
import Launch
import LinuxBase
import Logging
import Measurements
import Pictures
import Plane
import SecureChannel
import Stream
import Tones
import Wire

extension TrustedEnvironment {
    /// Decoders that may be replaced, and pictures refused, before one is shown.
    private static let replacementLimit = 5

    func perform(_ actions: [SessionMachine.Action]) {
        for action in actions { perform(action) }
    }

    private func perform(_ action: SessionMachine.Action) {
        switch action {
        case .send(let message): send(message)
        case .openDecoder(let parameters): openDecoder(parameters)
        case .decode(let unit): decode(unit)
        case .show: preconditionFailure("pictures are shown where they come out of the decoder")
        case .entryMode(let mode): enter(mode)
        case .acknowledged(let sequence): acknowledge(sequence)
        case .resend(let received): resend(after: received)
        case .markStale: linkChanged()
        case .awaitOutcome: awaitOutcome()
        case .finish(let outcome): finish(outcome)
        case .fault(let fault):
            breakOff("\(fault)")
        }
    }

    /// The server says what cannot be: neither the session nor the connection goes on.
    private func breakOff(_ reason: String) {
        log.error("the server does not keep to the protocol: \(reason)")
        perform(session.handle(.fail(reason: "The server's answer was not understood")))
        dropLink()
    }

    // MARK: Video

    private func openDecoder(_ parameters: PictureParameters) {
        do throws(DecoderError) {
            try video.open(parameters, display)
            pathOfStream = display?.path
            log.debug("decoder", metadata: ["path": "\(pathOfStream.map(\.rawValue) ?? "memory")"])
        } catch {
            giveUpPicture("no decoder: \(error)")
        }
    }

    private func decode(_ unit: AccessUnit) {
        do throws(DecoderError) {
            if try !video.decode(unit) { replaceDecoder("it does not keep up") }
        } catch {
            replaceDecoder("\(error)")
        }
    }

    /// Another process for the same stream. What is not the decoder's fault is not counted against it.
    func replaceDecoder(_ reason: String, isFault: Bool = true) {
        log.warning("decoder replaced: \(reason)")
        timeline.note("decoder_replaced", at: Clock.now())
        guard !isFault || mayTryAgain() else { return }
        do throws(DecoderError) {
            try video.reopen(display)
            pathOfStream = display?.path
            perform(session.handle(.decoderLost))
        } catch {
            giveUpPicture("no decoder: \(error)")
        }
        video.prepareSpare(log)
    }

    /// A picture that no decoder survives, or a stream that none accepts, must not be asked for again for ever.
    private func mayTryAgain() -> Bool {
        replacements += 1
        guard replacements > Self.replacementLimit else { return true }
        giveUpPicture("\(Self.replacementLimit) tries and no picture")
        return false
    }

    private func giveUpPicture(_ reason: String) {
        log.error("\(reason)")
        perform(session.handle(.fail(reason: "The picture cannot be shown")))
    }

    func takeDecoderEvents() {
        let events: [DecoderEvent]
        do throws(DecoderError) {
            events = try video.receive()
        } catch {
            return replaceDecoder("\(error)")
        }
        for event in events {
            switch event {
            case .frame(let frame):
                var isLent = false
                for action in session.handle(.decoded(frame.sequence)) {
                    if case .show(_, let damage, let answered) = action { isLent = show(frame, damage, answered) }
                }
                if !isLent { video.release(frame) }
            case .refused(let sequence, let reason):
                log.warning("access unit \(sequence) refused: \(reason)")
                guard mayTryAgain() else { return }
                perform(session.handle(.decoderLost))
            case .ended(let status):
                return replaceDecoder("\(status)")
            }
        }
    }

    /// True when the display keeps the frame.
    private func show(_ frame: DecodedFrame, _ damage: Rectangle, _ answered: UInt64) -> Bool {
        replacements = 0
        beginStream()
        let isLent = lend(frame)
        if !isLent { copy(frame, damage) }
        commit()
        timeline.note(
            "shown", at: Clock.now(),
            [
                "sequence": frame.sequence, "answered": answered, "decode_us": UInt64(frame.microseconds),
            ], bytes: driver.wireBytes)
        return isLent
    }

    // MARK: Entry

    private func enter(_ mode: EntryMode) {
        guard let launch else { return }
        // The table has the last word on what an application may ask for.
        let allowed = mode.intersection(launch.row.entryModes)
        if allowed != mode {
            log.warning("entry mode \(mode.subtracting(allowed)) is not allowed for \(launch.row.application)")
        }
        entry.enter(allowed)
        openCounter(for: allowed)
        drawStrip()
    }

    private func acknowledge(_ sequence: UInt64) {
        do throws(EntryError) {
            _ = try entry.answered(through: sequence, at: Clock.now())
        } catch {
            breakOff("\(error)")
        }
    }

    private func resend(after received: UInt64) {
        guard launch != nil else { return }
        do throws(EntryError) {
            for command in try entry.resumed(received: received, mode: entry.mode, at: Clock.now()) {
                send(.command(command))
            }
            log.info("session resumed")
            timeline.note("resumed", at: Clock.now())
            linkChanged()
        } catch {
            breakOff("\(error)")
        }
    }

    func takeKeys(_ now: MonotonicTime) {
        do throws(KeysError) {
            for key in try keypad.read(now: now) { press(key, now) }
            for report in keypad.takeReports() {
                log.log(level: report.isTrouble ? .warning : .info, "keypad: \(report)")
            }
        } catch {
            log.error("keypad: \(error)")
            if !error.isPassing { keypad.retire() }
        }
    }

    func press(_ key: Key, _ now: MonotonicTime) {
        tones?.play(.key)
        guard launch != nil else { return pressAtHome(key, now) }
        switch session.state {
        case .running, .detached: break
        // Before the application takes keys only one thing can be meant.
        case .idle, .requested, .ending:
            if key == .cancel { perform(session.handle(.cancel(.user))) }
            return
        }
        if pin != nil { return typePIN(key, now) }
        if key != .cancel, isDeafAfterPIN(now) { return log.debug("key dropped: a PIN was being typed") }
        switch entry.press(key, at: now) {
        case .send(let command): submit(command, now)
        case .leave: perform(session.handle(.cancel(.user)))
        case .refused(let refusal): log.debug("key refused: \(refusal)")
        }
    }

    /// While the link is down a command waits in the entry machine and goes out when the session is resumed.
    func submit(_ command: Command, _ now: MonotonicTime, as step: StaticString = "key") {
        if case .running = session.state { send(.command(command)) }
        timeline.note(step, at: now, ["sequence": command.sequence], bytes: driver.wireBytes)
    }
}
