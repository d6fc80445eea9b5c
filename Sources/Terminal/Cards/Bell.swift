internal import LinuxBase

/// A `Wakeup` that threads can share.
final class Bell: Sendable {
    private let wakeup: Wakeup

    init() throws(SystemCallError) { wakeup = try Wakeup() }

    var descriptor: Int32 { wakeup.descriptor }
    func ring() { wakeup.ring() }
    func silence() { wakeup.silence() }

    /// Waits for a ring; for `limit` at most.
    func listen(_ limit: Duration?) {
        // A failure would be one of this process's memory; then there was no ring, and whoever listens looks anyway.
        _ = try? Poll.wait(for: wakeup.descriptor, events: .readable, timeout: limit)
        wakeup.silence()
    }
}
