internal import Synchronization

/// Threads that were given up in a call. They end when the call does, which may be never.
final class LostThreads: Sendable {
    private struct State {
        var count = 0
        /// Readers of those that have ended since the last look.
        var ended: [String] = []
    }

    private let state = Mutex(State())
    private let owner: Bell

    init(owner: Bell) { self.owner = owner }

    var count: Int { state.withLock { $0.count } }

    func lose() { state.withLock { $0.count += 1 } }

    /// One of them has ended after all; `reader` is the one that its call was for.
    func regain(_ reader: String?) {
        state.withLock {
            $0.count -= 1
            if let reader { $0.ended.append(reader) }
        }
        owner.ring()
    }

    func takeEnded() -> [String] {
        state.withLock { state in
            defer { state.ended = [] }
            return state.ended
        }
    }
}
