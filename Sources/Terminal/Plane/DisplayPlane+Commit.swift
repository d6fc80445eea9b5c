internal import DRM
internal import LinuxBase
internal import Measurements
internal import Pictures

extension DisplayPlane {
    /// Commits what the screen lacks, if nothing is on its way there.
    func advance(_ shadow: borrowing MemoryPlane, _ now: MonotonicTime) {
        guard let head, life.state == .lit, scanout.mayCommit, retry == nil, let current = scanout.onScreen else {
            return
        }
        do throws(DRMError) {
            let video = try framebuffer(scanout.video)
            let token = scanout.nextToken()
            let start = Clock.now()
            guard let next = try head.change(from: current, video: video, shadow: shadow, token: token) else { return }
            statistics.note(commitMicroseconds: Int((Clock.now() - start).wholeNanoseconds / 1000))
            statistics.commits += 1
            scanout.begin(next, token: token, at: now)
        } catch {
            refused(error, shadow, now)
        }
    }

    private func refused(_ error: DRMError, _ shadow: borrowing MemoryPlane, _ now: MonotonicTime) {
        if error.isBusy {
            // Somebody else's commit on this controller is on its way: a moment later it is through.
            statistics.busy += 1
            retry = now + .milliseconds(4)
            return
        }
        statistics.failures += 1
        stumble("\(error)", shadow, now)
    }

    func takeFlips(_ shadow: borrowing MemoryPlane, _ now: MonotonicTime) {
        guard let card else { return }
        let flips: [FlipEvent]
        do throws(DRMError) { flips = try card.card.takeFlips() } catch {
            return stumble("\(error)", shadow, now)
        }
        for flip in flips {
            guard let released = scanout.flipped(token: flip.token) else { continue }
            statistics.flips += 1
            // A strip that gets through says nothing about a stream that does not.
            if scanout.video == nil || scanout.onScreen?.video != nil {
                stumbles = 0
                life.proved()
            }
            events.append(.flipped(video: scanout.onScreen?.video?.frame, time: flip.time))
            release(released)
        }
        if !flips.isEmpty { advance(shadow, now) }
    }

    /// Something is not as the books say: everything is set anew. A driver that goes on failing loses the path that it
    /// fails on; one that fails on all of them is asked four times a second.
    func stumble(_ reason: String, _ shadow: borrowing MemoryPlane, _ now: MonotonicTime) {
        guard life.state != .away else { return }
        stumbles += 1
        if stumbles <= Self.stumbleLimit || stumbles.isMultiple(of: 100) { events.append(.stumbled(reason)) }
        release(scanout.darkened())
        retry = nil
        _ = life.lost(.refused(reason), now)
        guard stumbles >= Self.stumbleLimit else { return search(probing: false, shadow, now) }
        if let path, path != .converted {
            distrusted.insert(path)
            stumbles = 0
            search(probing: false, shadow, now)
        } else {
            life.pause(now)
        }
    }
}

extension Scanout {
    /// Frames that the display reads or will read at the next vertical blank.
    var onScreenAndInFlight: Set<FrameReference> {
        Set([onScreen?.video?.frame, inFlight?.composition.video?.frame].compactMap { $0 })
    }
}
