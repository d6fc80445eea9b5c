internal import LinuxBase
internal import Measurements
internal import PCSC
internal import Synchronization

/// The thread that talks with cards, one read at a time. Every call of it has a deadline that its owner looks after.
final class CardWorker: Sendable {
    struct Job: Sendable {
        let reader: String
        let order: CardOrder
        let begun: MonotonicTime
    }

    /// How a read ended; `failure` nil with a result.
    struct Report: Sendable {
        var figures: CardFigures
        var failure: CardFailure?
    }

    private struct State: ~Copyable {
        var job: Job?
        /// Of the last job.
        var reader: String?
        var report: Report?
        var result: CardResult?
        /// When the call that is going on must have ended.
        var deadline: MonotonicTime?
        var isCancelled = false
        var isEnding = false
        var isLost = false
    }

    private let state = Mutex(State())
    private let times: CardTimes
    private let owner: Bell
    private let bell: Bell

    init(_ times: CardTimes, owner: Bell) throws(SystemCallError) {
        (self.times, self.owner) = (times, owner)
        bell = try Bell()
    }

    /// `ended` is called on the thread when it ends after `giveUp`, with the reader that it was lost to.
    func start(ended: @escaping @Sendable (_ reader: String?) -> Void) throws(SystemCallError) {
        try WorkerThread.start("card-read") { [self] in
            serve()
            let (isLost, reader) = state.withLock { ($0.isLost, $0.reader) }
            if isLost { ended(reader) }
        }
    }

    // MARK: The owner's thread

    var deadline: MonotonicTime? { state.withLock { $0.deadline } }

    /// Begins a read. The one before must have been reported.
    func give(_ job: Job) {
        state.withLock {
            $0.job = job
            $0.reader = job.reader
            $0.isCancelled = false
            // The thread may still be letting go of the last card: then that call's own deadline stands.
            if $0.deadline == nil { $0.deadline = job.begun + times.call }
        }
        bell.ring()
    }

    /// The read ends at its next command.
    func cancel() { state.withLock { $0.isCancelled = true } }

    func takeReport() -> Report? {
        state.withLock { state in
            defer { state.report = nil }
            return state.report
        }
    }

    func takeResult() -> CardResult? { state.withLock { $0.result.take() } }

    func end() {
        state.withLock {
            $0.isEnding = true
            $0.isCancelled = true
        }
        bell.ring()
    }

    /// The thread does not come back from a call: when it does after all, it ends, and nothing that it read is kept.
    func giveUp() {
        state.withLock {
            $0.isLost = true
            $0.isEnding = true
            $0.isCancelled = true
            $0.deadline = nil
        }
    }

    // MARK: The thread

    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Gives the coming call `limit`; nil after the last one.
    func expect(within limit: Duration?) {
        let deadline = limit.map { Clock.now() + $0 }
        let isEarlier = state.withLock { state in
            guard !state.isLost else { return false }
            defer { state.deadline = deadline }
            return deadline.map { $0 < state.deadline ?? MonotonicTime(nanoseconds: .max) } ?? false
        }
        // The owner sleeps until the deadline that it knows.
        if isEarlier { owner.ring() }
    }

    func finish(_ figures: CardFigures, _ outcome: consuming Result<CardResult, CardFailure>) {
        var report = Report(figures: figures)
        var result: CardResult?
        switch consume outcome {
        case .success(let read): result = consume read
        case .failure(let failure): report.failure = failure
        }
        deliver(report, result)
        owner.ring()
    }

    private func deliver(_ report: Report, _ result: consuming CardResult?) {
        var passed: CardResult? = consume result
        state.withLock { state in
            guard !state.isLost else { return }
            state.report = report
            state.result = passed.take()
        }
    }

    private func next() -> Job? {
        state.withLock { state in
            defer { state.job = nil }
            return state.job
        }
    }

    private func serve() {
        var conversation = CardConversation(self, times)
        while !state.withLock({ $0.isEnding }) {
            if let job = next() {
                conversation.carryOut(job)
                // A job that came meanwhile keeps its own deadline.
                state.withLock { if $0.job == nil { $0.deadline = nil } }
            } else {
                bell.listen(nil)
            }
        }
    }
}
