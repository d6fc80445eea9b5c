import Kit
import LinuxBase
import Measurements
import Pictures
import Testing
import WalletScreens
import Wire

/// Every state with every input.
@Suite struct `Each state of a payment` {
    /// Where an input leads; what is not named leaves the state, the events and the picture alone.
    struct Row: Sendable, CustomTestStringConvertible {
        let start: Payments.Start
        let letters: String
        let mode: EntryMode
        let leads: [Character: String]
        var testDescription: String { "\(start) \(letters)" }
    }
    static let rows: [Row] = [
        Row(
            start: .nothing, letters: "", mode: [.code, .keys],
            leads: [
                "x": "cancelled", "Q": "presenting", "Z": "pricing", "V": "tipping", "F": "presenting",
                "R": "presenting", "Y": "pricing", "L": "itself", "T": "itself",
            ]),
        Row(
            start: .amount, letters: "7", mode: .keys,
            leads: ["x": "cancelled", "5": "itself", "c": "itself", "!": "presenting"]),
        Row(start: .amount, letters: "", mode: .keys, leads: ["x": "cancelled", "5": "itself", "!": "itself"]),
        Row(
            start: .nothing, letters: "V", mode: .keys,
            leads: ["x": "cancelled", "5": "itself", "!": "presenting"]),
        Row(
            start: .card, letters: "", mode: [.card, .keys],
            leads: ["x": "cancelled", "K": "confirming", "G": "confirming", "T": "itself"]),
        Row(
            start: .code, letters: "", mode: [.card, .keys],
            leads: [
                "x": "cancelled", "5": "itself", "!": "itself", "K": "confirming", "G": "confirming", "T": "itself",
            ]),
        Row(
            start: .code, letters: "1234", mode: [.card, .keys],
            leads: [
                "x": "cancelled", "c": "itself", "!": "processing", "K": "confirming", "G": "confirming",
                "T": "itself",
            ]),
        Row(
            start: .storedAlone, letters: "", mode: [.card, .keys],
            leads: [
                "x": "cancelled", "!": "processing", "K": "confirming", "G": "confirming", "T": "itself",
            ]),
        Row(
            start: .card, letters: "K", mode: .keys,
            leads: ["x": "cancelled", "!": "processing", "G": "itself"]),
        Row(
            start: .card, letters: "K!", mode: .none,
            leads: ["w": "itself", "A": "itself", "D": "itself", "P": "itself", "O": "itself", "I": "itself"]),
        Row(start: .card, letters: "K!A", mode: .none, leads: ["w": "receipt"]),
        Row(start: .card, letters: "K!P", mode: .none, leads: ["w": "typingPIN"]),
        Row(start: .card, letters: "K!O", mode: .none, leads: ["w": "proving"]),
        Row(
            start: .card, letters: "K!w", mode: .none,
            leads: [
                "w": "answered", "A": "receipt", "D": "answered", "P": "typingPIN", "O": "proving", "I": "proving",
            ]),
        Row(
            start: .card, letters: "K!Pw", mode: .pin,
            leads: [
                "*": "itself", "+": "itself", "E": "processing", "X": "answered", "M": "answered", "N": "answered",
                "B": "answered",
            ]),
        Row(
            start: .card, letters: "K!Pw*", mode: .pin,
            leads: [
                "-": "itself", "+": "itself", "E": "processing", "X": "answered", "M": "answered", "N": "answered",
                "B": "answered",
            ]),
        Row(start: .card, letters: "K!Ow", mode: .keys, leads: ["x": "cancelled", "5": "itself", "!": "itself"]),
        Row(
            start: .card, letters: "K!Ow1", mode: .keys,
            leads: ["x": "cancelled", "5": "itself", "c": "itself", "!": "processing"]),
        Row(
            start: .card, letters: "K!Iw1", mode: .keys,
            leads: ["x": "answered", "5": "itself", "a": "itself", "c": "itself", "!": "processing"]),
        Row(start: .card, letters: "K!Aw", mode: .none, leads: ["w": "approved", "!": "approved", "x": "approved"]),
        Row(start: .card, letters: "K!Dw", mode: .none, leads: ["w": "declined", "!": "declined", "x": "declined"]),
        Row(
            start: .code, letters: "9999!9999!9999!", mode: .none,
            leads: ["w": "declined", "!": "declined", "x": "declined"]),
    ]

    @Test(arguments: rows) func `has its answer to each input`(_ row: Row) {
        for letter in Array(Payments.steps.keys) + ["5"] {
            var events: [ApplicationEvent] = []
            var turn = Turn(now: Clock.now())
            var payment = Payment(request: row.start.request(), random: 7, turn: &turn)
            events += turn.events
            #expect(Payments.play(row.letters, on: &payment) { _, turn in events += turn.events } == nil)
            #expect(events.modes.last == row.mode)
            let before = payment.phase
            let after = Payments.take(letter, on: &payment)
            let name = after.outcome.map(Self.name) ?? Self.name(payment.phase)
            if let expected = row.leads[letter] {
                #expect(name == (expected == "itself" ? Self.name(before) : expected), "\(letter)")
            } else {
                #expect(payment.phase == before && after.outcome == nil, "\(letter)")
                #expect(after.events.isEmpty && after.damage.isEmpty && after.wakeTime == nil, "\(letter)")
            }
            #expect(!after.attempts.isEmpty == (row.leads[letter] == "processing"), "\(letter)")
            payment.point(x: 5, y: 5, isDown: true, turn: &turn)
        }
    }

    /// What the enumeration's case is called.
    static func name<T>(_ value: T) -> String { String("\(value)".prefix { $0.isLetter }) }
}

extension [ApplicationEvent] {
    var modes: [EntryMode] {
        compactMap { event in
            if case .entryMode(let mode) = event { mode } else { nil }
        }
    }
}
