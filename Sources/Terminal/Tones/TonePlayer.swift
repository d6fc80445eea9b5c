public import LinuxBase
internal import Measurements

/// Plays tones. `play` never waits: the device is opened and fed on a thread of its own. Dropping the player silences it
/// at once; `finish` lets what waits be heard first.
public final class TonePlayer: Sendable {
    private let line: ToneLine

    /// `device` is ALSA's name for it (`plughw:0`); `level` is 0…100. It is opened at the first tone. `report` is called
    /// on the player's thread. Throws when this process has no threads or descriptors left.
    public convenience init(
        device: String, level: Int = 100, report: @escaping @Sendable (ToneReport) -> Void
    ) throws(SystemCallError) {
        try self.init(device: device, level: level, retryEvery: Speaker.retryEvery, report: report)
    }

    package init(
        device: String, level: Int, retryEvery: Duration, report: @escaping @Sendable (ToneReport) -> Void
    ) throws(SystemCallError) {
        let line = try ToneLine()
        try WorkerThread.start("tones") {
            var speaker = Speaker(device: device, level: level, retryEvery: retryEvery, report: report)
            while line.isOpen {
                if let tone = line.next() {
                    speaker.play(tone) { !line.isOpen }
                    line.finish()
                } else if line.isEnding {
                    line.close()
                } else {
                    line.listen(speaker.restLimit)
                    speaker.rest()
                }
            }
            // The device first: whoever hears of the end may open it.
            speaker.close()
            line.tellEnd()
        }
        self.line = line
    }

    deinit { line.close() }

    /// Lets `tone` be heard soon. A click gives way to all others; of what else waits, nothing is dropped, and two of a
    /// kind are one. After `finish` it does nothing.
    public func play(_ tone: Tone) { line.add(tone) }

    /// No more tones: what waits is heard, then the device is let go of. Returns at once.
    public func finish() { line.end() }

    /// After `finish`: blocks until all has been heard and the device is let go of, at most for `limit`. False when it
    /// is not done by then. For programs that are about to end.
    public func wait(limit: Duration) -> Bool { line.waitForEnd(limit) }
}
