internal import LinuxBase
internal import Measurements
internal import PCSC
internal import Synchronization

/// The thread that watches readers and cards. Every call of it has a deadline that its owner looks after.
final class ReaderWatch: Sendable {
    private struct State {
        /// The newest wins; nil when it was taken.
        var sight: CardsMachine.Sight?
        /// When the call that is going on must have ended.
        var deadline: MonotonicTime?
        var isEnding = false
        var isLost = false
    }

    private let state = Mutex(State())
    private let rules: [ReaderRule]
    private let times: CardTimes
    /// Rung when there is something to take.
    private let owner: Bell
    private let bell: Bell

    init(_ rules: [ReaderRule], _ times: CardTimes, owner: Bell) throws(SystemCallError) {
        (self.rules, self.times, self.owner) = (rules, times, owner)
        bell = try Bell()
    }

    /// `ended` is called on the thread when it ends after `giveUp`.
    func start(ended: @escaping @Sendable () -> Void) throws(SystemCallError) {
        try WorkerThread.start("card-watch") { [self] in
            while !isEnding { watch() }
            if state.withLock({ $0.isLost }) { ended() }
        }
    }

    // MARK: The owner's thread

    var deadline: MonotonicTime? { state.withLock { $0.deadline } }

    /// What was seen last, once.
    func take() -> CardsMachine.Sight? {
        state.withLock { state in
            defer { state.sight = nil }
            return state.sight
        }
    }

    func end() {
        state.withLock { $0.isEnding = true }
        bell.ring()
    }

    /// The thread does not come back from a call: when it does after all, it ends.
    func giveUp() {
        state.withLock {
            $0.isLost = true
            $0.isEnding = true
            $0.deadline = nil
        }
    }

    // MARK: The thread

    private var isEnding: Bool { state.withLock { $0.isEnding } }

    private func expect(within limit: Duration?) {
        let deadline = limit.map { Clock.now() + $0 }
        let isEarlier = state.withLock { state in
            guard !state.isLost else { return false }
            defer { state.deadline = deadline }
            return deadline.map { $0 < state.deadline ?? MonotonicTime(nanoseconds: .max) } ?? false
        }
        // The owner sleeps until the deadline that it knows.
        if isEarlier { owner.ring() }
    }

    private func publish(_ sight: CardsMachine.Sight) {
        state.withLock { if !$0.isLost { $0.sight = sight } }
        owner.ring()
    }

    /// From one start of the card service to its end.
    private func watch() {
        do throws(PCSCError) {
            expect(within: times.call)
            let context = try ServiceContext()
            try watch(context)
        } catch {
            // Whatever it is, a new context is the remedy; the owner learns what it can do about: nothing is there.
            publish(.serviceGone)
        }
        expect(within: nil)
        if !isEnding { bell.listen(times.look) }
    }

    private func watch(_ context: borrowing ServiceContext) throws(PCSCError) {
        var known: [ReaderStatus] = []
        var published: [CardsMachine.Seen]?
        while !isEnding {
            expect(within: times.call)
            let names = try context.readers().filter { name in rules.contains { $0.allows(name) } }
            let before = known
            known = names.prefix(ServiceContext.waitLimit).map { name in
                known.first { $0.name == name } ?? ReaderStatus(name)
            }
            expect(within: times.wait + times.call)
            let end = try context.waitForChange(&known, timeout: times.wait)
            let seen = known.filter { $0.isKnown && !$0.isGone }.map {
                CardsMachine.Seen(name: $0.name, hasCard: $0.hasCard, changes: $0.changes)
            }
            if seen != published {
                published = seen
                publish(.readers(seen))
            } else if end == .changed && known == before {
                // Changes of readers that are not ours, or one that is going: do not spin on them.
                bell.listen(.milliseconds(20))
            }
        }
    }
}
