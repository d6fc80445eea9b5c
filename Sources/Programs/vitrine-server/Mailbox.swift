internal import LinuxBase
internal import Synchronization
internal import Wire

/// What the event loop tells a session's cell thread. Orders replace older ones of their kind; the bell is heard in the
/// thread's one poll.
final class Mailbox: Sendable {
    /// A picture that is wanted (see `SendQueue.Action.capture`).
    struct Ask: Equatable, Sendable {
        var ticket: UInt64
        var keyframe: Bool
    }

    private struct State: Sendable {
        var ask: Ask?
        var verdict: Verdict?
    }

    /// How the session ended, for the audit: the cell is to be destroyed.
    struct Verdict: Equatable, Sendable {
        var outcome: Outcome
        /// The server went away under the session.
        var isInterrupted = false
    }

    private let bell: Wakeup
    private let state = Mutex(State())
    /// Sequence of the last command that the application got.
    let delivered = Atomic<UInt64>(0)

    init() throws(SystemCallError) { bell = try Wakeup() }

    /// Readable when there may be orders.
    var descriptor: Int32 { bell.descriptor }

    func ask(_ ask: Ask) {
        state.withLock { $0.ask = ask }
        bell.ring()
    }

    /// The first verdict stays.
    func end(_ verdict: Verdict) {
        state.withLock { $0.verdict = $0.verdict ?? verdict }
        bell.ring()
    }

    /// The newest ask since the last call, and the verdict once there is one.
    func collect() -> (ask: Ask?, verdict: Verdict?) {
        bell.silence()
        return state.withLock { state in
            defer { state.ask = nil }
            return (state.ask, state.verdict)
        }
    }

    /// Waits for the verdict, however long.
    func awaitVerdict() -> Verdict {
        while true {
            if let verdict = collect().verdict { return verdict }
            // An error of poll on our own socket: go round and look again.
            _ = try? Poll.wait(for: descriptor, events: .readable, timeout: nil)
        }
    }
}
