// Cards: reads payment cards and merchants' tags over PC/SC for the terminal's poll loop. Owns the threads that every
// call to the card service is made on, and the deadlines that those calls do not have. Never logs, keeps or describes
// what a card said; decides nothing about the payment. `CardReaders` lives on the terminal's main thread and never
// waits.

public import EMV
internal import Measurements

/// What the terminal wants from the next card.
public enum CardOrder: Sendable {
    /// The account of a payment card.
    case account(TerminalProfile, CardTransaction)
    /// The NDEF message of a merchant's tag (NFC Forum Type 4).
    case tag
}

/// What was read. Wipes itself, the account at least, when it is let go.
public enum CardResult: ~Copyable, Sendable {
    case account(CardData)
    /// An NDEF message, unexamined but for its length.
    case message([UInt8])
}

/// How long a read took, by the terminal's clock.
public struct CardFigures: Equatable, Sendable {
    public var commands = 0
    /// Spent in transmissions: reader, card and card service.
    public var transmitting: Duration = .zero
    /// From the decision to read until the result was there.
    public var whole: Duration = .zero

    public init() {}
}

/// What happened at the readers, in order. Names readers, never cards.
public enum CardEvent: Equatable, Sendable, CustomStringConvertible {
    case readerPresent(String)
    case readerGone(String)
    /// The card service is not running, or hangs: no reader can be seen. Its readers have gone before this.
    case serviceGone
    case serviceBack
    case cardPresent(reader: String)
    case cardRemoved(reader: String)
    /// The read that was asked for has begun: the card must stay.
    case reading(reader: String)
    /// `takeResult` has what was asked for; the order is fulfilled. The card may go.
    case finished(reader: String, CardFigures)
    /// A read failed or cannot begin. The order stands: the next card, or the same one laid down again, is read.
    case fault(CardFailure)

    public var description: String {
        switch self {
        case .readerPresent(let name): "card reader \(name) is there"
        case .readerGone(let name): "card reader \(name) is gone"
        case .serviceGone: "the card service is gone"
        case .serviceBack: "the card service is there"
        case .cardPresent(let reader): "a card is on \(reader)"
        case .cardRemoved(let reader): "the card on \(reader) was taken away"
        case .reading(let reader): "reading the card on \(reader)"
        case .finished(let reader, let figures):
            "read the card on \(reader): \(figures.commands) commands, \(Int(figures.whole.milliseconds)) ms"
        case .fault(let failure): "no card was read: \(failure)"
        }
    }
}
