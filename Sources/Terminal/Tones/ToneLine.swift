internal import LinuxBase
internal import Measurements
internal import Synchronization

/// What the player and its thread share.
///
///     open ──end──▶ ending: takes no tones ──none waits──▶ closed        open ──player dropped──▶ closed
final class ToneLine: Sendable {
    private struct State {
        var queue = ToneQueue()
        var isOpen = true
        var isEnding = false
    }

    private let state = Mutex(State())
    private let bell: Wakeup
    private let over: Wakeup

    init() throws(SystemCallError) {
        bell = try Wakeup()
        over = try Wakeup()
    }

    var isOpen: Bool { state.withLock { $0.isOpen } }
    var isEnding: Bool { state.withLock { $0.isEnding } }

    func add(_ tone: Tone) {
        state.withLock { if !$0.isEnding { $0.queue.add(tone) } }
        bell.ring()
    }

    func next() -> Tone? { state.withLock { $0.queue.next() } }
    func finish() { state.withLock { $0.queue.finish() } }

    func end() {
        state.withLock { $0.isEnding = true }
        bell.ring()
    }

    func close() {
        state.withLock { $0.isOpen = false }
        bell.ring()
    }

    /// Waits for a ring; for `limit` at most.
    func listen(_ limit: Duration?) {
        // A failure would be one of this process's memory; then there was no ring, and whoever listens looks anyway.
        _ = try? Poll.wait(for: bell.descriptor, events: .readable, timeout: limit)
        bell.silence()
    }

    /// It rings on: there is one end.
    func tellEnd() { over.ring() }

    func waitForEnd(_ limit: Duration) -> Bool {
        // As above: a failure is no end.
        (try? Poll.wait(for: over.descriptor, events: .readable, timeout: limit))?.contains(.readable) ?? false
    }
}
