import CardKit
import Cards
import EMV
import LinuxBase
import Measurements
import Testing

@Suite struct DeskTests {
    /// With VITRINE_CARDS=required the machine has to be able to run all of these.
    @Test func `a machine that must lay cards on readers can`() {
        guard Process.environment.contains("VITRINE_CARDS=required") else { return }
        #expect(CardDesk.whyNot() == nil)
    }
}

/// One at a time: this process has one card service.
@Suite(.serialized, .enabled(if: CardDesk.whyNot() == nil, "no pcscd, virtual reader or unshare(1) here"))
struct CardsOnADesk {}

/// A desk with readers, the terminal's side of them, and a loop as the terminal has one.
final class Counter {
    let desk: CardDesk
    private var readers: CardReaders
    /// Everything that happened, with the time at which the loop learnt it.
    private(set) var log: [(event: CardEvent, at: MonotonicTime)] = []
    private var seen = 0

    init(rules: [ReaderRule] = [.any], times: CardTimes = CardTimes()) throws {
        desk = try CardDesk.forThisProcess()
        readers = try CardReaders(rules: rules, times: times)
    }

    /// How often loops go round; a thousand for the record.
    static let rounds =
        Process.environment.compactMap { word -> Int? in
            word.hasPrefix("VITRINE_CARD_ROUNDS=") ? Int(word.dropFirst(20)) : nil
        }.first ?? 6

    static let first = CardDesk.readers[0]
    static let second = CardDesk.readers[1]

    var isArmed: Bool { readers.isArmed }
    var lostThreads: Int { readers.lostThreads }
    var names: [String] { readers.readers.map(\.name) }

    func arm(_ order: CardOrder = .account(.test, .test)) { readers.arm(order, now: Clock.now()) }
    func disarm() { readers.disarm() }
    func takeResult() -> CardResult? { readers.takeResult() }

    /// Turns the loop until an event that was not waited for yet is `wanted`; returns when.
    @discardableResult
    func wait(
        _ limit: Duration = .seconds(5), at location: SourceLocation = #_sourceLocation,
        for wanted: (CardEvent) -> Bool
    ) throws -> MonotonicTime {
        let deadline = Clock.now() + limit
        while true {
            while seen < log.count {
                seen += 1
                if wanted(log[seen - 1].event) { return log[seen - 1].at }
            }
            let now = Clock.now()
            guard now < deadline else {
                Issue.record("not seen in \(limit): \(log.map(\.event))", sourceLocation: location)
                throw CardKitError.ended
            }
            try turn(until: deadline)
        }
    }

    @discardableResult
    func wait(
        _ limit: Duration = .seconds(5), at location: SourceLocation = #_sourceLocation, for event: CardEvent
    ) throws -> MonotonicTime {
        try wait(limit, at: location) { $0 == event }
    }

    func waitForBoth() throws {
        var missing = Set(CardDesk.readers)
        try wait { event in
            if case .readerPresent(let name) = event { missing.remove(name) }
            return missing.isEmpty
        }
    }

    /// Turns the loop for a while; what happens is in `log`.
    func idle(_ time: Duration) throws {
        let deadline = Clock.now() + time
        while Clock.now() < deadline { try turn(until: deadline) }
    }

    /// What happened since the last wait ended, waited for or not.
    func takeEvents() -> [CardEvent] {
        defer { seen = log.count }
        return log[seen...].map(\.event)
    }

    private func turn(until deadline: MonotonicTime) throws {
        let next = min(readers.deadline ?? deadline, deadline)
        _ = try Poll.wait(for: readers.descriptor, events: .readable, timeout: max(.zero, next - Clock.now()))
        let now = Clock.now()
        log += readers.read(now: now).map { ($0, now) }
    }
}

extension TerminalProfile {
    static var test: TerminalProfile { TerminalProfile(country: 0x0276, merchant: "Corner Shop") }
}

extension CardTransaction {
    static var test: CardTransaction {
        guard
            let value = CardTransaction(
                amount: 1299, currency: 978, year: 26, month: 11, day: 23, unpredictable: [1, 2, 3, 4])
        else { preconditionFailure("a transaction as any") }
        return value
    }
}

extension CardEvent {
    var isFinished: Bool {
        if case .finished = self { return true }
        return false
    }

    var fault: CardFailure? {
        if case .fault(let failure) = self { return failure }
        return nil
    }
}

/// The masked account of a result; nil for none.
func masked(_ result: consuming CardResult?) -> String? {
    switch consume result {
    case .account(let data): data.masked
    case .message: nil
    case .none: nil
    }
}

func message(_ result: consuming CardResult?) -> [UInt8]? {
    switch consume result {
    case .message(let bytes): bytes
    case .account: nil
    case .none: nil
    }
}

func text(_ figures: Percentiles) -> String {
    func round(_ value: Double?) -> Double { ((value ?? 0) * 100).rounded() / 100 }
    return "\(figures.count): p50 \(round(figures.p50)) p95 \(round(figures.p95)) max \(round(figures.max)) ms"
}
