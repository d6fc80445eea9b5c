public import EMV
public import Invoices
internal import PCSC

/// Why no card was read, in words for the person who holds it. Without card data: safe to show and to log.
public enum CardFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// It left the reader before everything was read.
    case removed
    /// It did not answer a command in time.
    case silent
    /// It answered each command, but all of them took too long.
    case slow
    /// Something lies on the reader that does not speak with it.
    case mute
    /// The exchange with it was disturbed.
    case disturbed
    /// Cards lie on two readers.
    case twoCards
    case readerGone
    case serviceGone
    /// Another program uses the card.
    case inUse
    /// Too many calls to the card service never came back.
    case exhausted
    /// The card service or the reader refuses for another reason, as winscard.h numbers it.
    case refused(code: UInt32)
    case card(CardFault)
    case tag(TagFault)

    public var description: String {
        switch self {
        case .removed: "The card was taken away too early. Hold it on the reader until it is read."
        case .silent: "The card does not answer. Take it away and try again."
        case .slow: "The card takes too long. Take it away and try again."
        case .mute: "The card cannot be understood. Try again, or use another one."
        case .disturbed: "The card could not be read. Hold it still on the reader."
        case .twoCards: "There are two cards. Present only one."
        case .readerGone: "The card reader is unplugged."
        case .serviceGone: "The card reader is not ready. It is being started again."
        case .inUse: "The card is in use by another program."
        case .exhausted: "The card reader is blocked. Take the card away, or restart the reader."
        case .refused(let code): "The card reader reports error \(String(code, radix: 16, uppercase: true))."
        case .card(let fault): fault.description
        case .tag(let fault): fault.description
        }
    }

    init(_ error: PCSCError) {
        self =
            switch error {
            case .serviceGone: .serviceGone
            case .readerGone: .readerGone
            case .cardRemoved: .removed
            case .cardReset, .notTransacted: .disturbed
            case .cardMute: .mute
            case .inUse: .inUse
            case .tooLong, .other: .refused(code: error.code)
            }
    }
}
