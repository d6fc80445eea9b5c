internal import LinuxBase
public import Measurements

/// The board's card readers, and the card on one of them.
///
/// Poll `descriptor` for reading until `deadline`, then call `read`. Readers, cards and the card service may come and
/// go at any time. Calls of the card service cannot be ended from outside: one that does not come back in time keeps
/// its thread, which is left behind, up to a limit, until the call ends with the card, the reader or the service.
public struct CardReaders: ~Copyable {
    /// Why there are no card readers at all: this process has no descriptors or threads left.
    public struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
        public let description: String
    }

    private let rules: [ReaderRule]
    private let times: CardTimes
    private let bell: Bell
    private let lost: LostThreads
    private var machine = CardsMachine()
    private var events: [CardEvent] = []
    private var order: CardOrder?
    private var result: CardResult?
    private var watch: ReaderWatch?
    private var worker: CardWorker?
    /// When to try again what could not be done.
    private var nextTry: MonotonicTime?

    /// Starts to look for readers. None at all is fine: one may come.
    public init(rules: [ReaderRule], times: CardTimes = CardTimes()) throws(Failure) {
        let bell: Bell
        let watch: ReaderWatch
        let lost: LostThreads
        do throws(SystemCallError) {
            bell = try Bell()
            lost = LostThreads(owner: bell)
            watch = try Self.startWatch(rules, times, bell, lost)
        } catch {
            throw Failure(description: "card readers: \(error)")
        }
        self.init(rules, times, bell, lost, watch)
    }

    private init(_ rules: [ReaderRule], _ times: CardTimes, _ bell: Bell, _ lost: LostThreads, _ watch: ReaderWatch) {
        self.rules = rules
        self.times = times
        self.bell = bell
        self.lost = lost
        self.watch = watch
    }

    // The threads end by themselves, at the latest when the calls do that they are in.
    deinit {
        watch?.end()
        worker?.end()
    }

    /// Poll this for reading.
    public var descriptor: Int32 { bell.descriptor }

    /// When to call `read` even if nothing is readable.
    public var deadline: MonotonicTime? {
        if !events.isEmpty { return MonotonicTime(nanoseconds: 0) }
        return [watch?.deadline, worker?.deadline, nextTry].compactMap { $0 }.min()
    }

    /// The readers that are there, and whether a card is on them.
    public var readers: [(name: String, hasCard: Bool)] { machine.readers.map { ($0.name, $0.hasCard) } }

    /// Something is to be read.
    public var isArmed: Bool { machine.isArmed }

    /// Threads in calls that did not come back in time.
    public var lostThreads: Int { lost.count }

    /// Asks for the next card: one that lies there already, or the first that comes. In place of an earlier order,
    /// whose result is dropped.
    public mutating func arm(_ order: CardOrder, now: MonotonicTime) {
        disarm()
        self.order = order
        perform(machine.arm(), now)
    }

    /// Takes the order back. A result that was not taken is dropped, as is the one of a read that goes on.
    public mutating func disarm() {
        perform(machine.disarm(), MonotonicTime(nanoseconds: 0))
        order = nil
        result = nil
    }

    /// What was read, once, after `.finished`.
    public mutating func takeResult() -> CardResult? { result.take() }

    /// What happened since the last call, in order. Never waits.
    public mutating func read(now: MonotonicTime) -> [CardEvent] {
        bell.silence()
        for reader in lost.takeEnded() { perform(machine.recover(reader), now) }
        takeReport(now)
        if let sight = watch?.take() { perform(machine.see(sight), now) }
        giveUpLate(now)
        startAgain(now)
        defer { events = [] }
        return events
    }

    // MARK: Reports

    private mutating func takeReport(_ now: MonotonicTime) {
        guard let report = worker?.takeReport() else { return }
        let read = worker?.takeResult()
        let wasWanted = machine.isWanted
        perform(machine.finish(report.figures, report.failure), now)
        // One that nobody wants any more is wiped here.
        if wasWanted { result = consume read }
    }

    // MARK: Deadlines

    private mutating func giveUpLate(_ now: MonotonicTime) {
        if let deadline = worker?.deadline, now >= deadline {
            lost.lose()
            worker?.giveUp()
            worker = nil
            perform(machine.giveUp(.silent), now)
        }
        if let deadline = watch?.deadline, now >= deadline {
            lost.lose()
            watch?.giveUp()
            watch = nil
            perform(machine.see(.serviceGone), now)
            nextTry = now + times.call
        }
    }

    // MARK: Threads

    private mutating func startAgain(_ now: MonotonicTime) {
        guard watch == nil, nextTry.map({ now >= $0 }) ?? true else { return }
        nextTry = now + times.call
        guard lost.count < times.lostThreads else { return }
        do throws(SystemCallError) {
            watch = try Self.startWatch(rules, times, bell, lost)
            nextTry = nil
        } catch {
            // No memory for a thread now; the next try is set.
        }
    }

    private static func startWatch(
        _ rules: [ReaderRule], _ times: CardTimes, _ bell: Bell, _ lost: LostThreads
    ) throws(SystemCallError) -> ReaderWatch {
        let watch = try ReaderWatch(rules, times, owner: bell)
        try watch.start { lost.regain(nil) }
        return watch
    }

    private mutating func begin(_ reader: String, _ now: MonotonicTime) {
        guard let order else { preconditionFailure("a read is begun for an order") }
        do throws(SystemCallError) {
            if worker == nil { worker = try startWorker() }
            worker?.give(CardWorker.Job(reader: reader, order: order, begun: now))
        } catch {
            perform(machine.finish(CardFigures(), .exhausted), now)
        }
    }

    private func startWorker() throws(SystemCallError) -> CardWorker {
        let worker = try CardWorker(times, owner: bell)
        let lost = self.lost
        try worker.start { lost.regain($0) }
        return worker
    }

    private mutating func perform(_ actions: [CardsMachine.Action], _ now: MonotonicTime) {
        for action in actions {
            switch action {
            case .tell(let event): events.append(event)
            case .cancel: worker?.cancel()
            case .read(let reader):
                if worker == nil && lost.count >= times.lostThreads {
                    perform(machine.finish(CardFigures(), .exhausted), now)
                } else {
                    begin(reader, now)
                }
            }
        }
    }
}
