// EMV: reads the account on a payment card (EMV 4.3, Books 1 and 3; EMV Contactless Book B) as a pure state machine:
// commands out, responses in. No input or output, no clock; any thread may own a reading. It reads card data and no
// more: no cryptogram is asked for or verified, no kernel is approved. Account numbers and track data live in
// `SecretBytes` only; faults and descriptions carry no byte that a card sent, commands only its applications' names.

/// Why a card was not read. For the merchant's eyes: no card data in it, safe to log.
public enum CardFault: Error, Equatable, Hashable, Sendable, CustomStringConvertible {
    /// None of the profile's applications is on the card.
    case noApplication
    /// The answer to the command with this number (the first is 1) breaks the specification, or is cut short.
    case malformed(at: Int)
    /// More commands, records, applications or bytes than `CardLimits` allows, or a PDOL that asks for more than fits.
    case overLimit
    /// The card's last word was this status (SW1 SW2); where several applications refused, it is the last one's.
    case refused(status: UInt16)
    /// Everything was read, and no account number was in it.
    case noAccount
    /// Everything was read, and no expiry date was in it.
    case noExpiry
    /// The account number of 5A is not the one in track 2: nobody can tell which account would be charged.
    case contradictory
    /// A response was given that no command asked for: the driver's mistake.
    case outOfTurn

    public var description: String {
        switch self {
        case .noApplication: "This is not a payment card that is accepted here."
        case .malformed(let number): "The card cannot be read: its answer \(number) is damaged."
        case .overLimit: "The card cannot be read: it sends too much."
        case .refused(status: 0x6283): "The card's application is blocked."
        case .refused(status: 0x6A81): "The card is blocked."
        case .refused(status: 0x6984): "The card asks to be read another way."
        case .refused(status: 0x6986): "The device asks for its owner's confirmation first."
        case .refused(let status): "The card refuses to be read (\(Self.hexadecimal(status)))."
        case .noAccount: "The card gives no account number."
        case .noExpiry: "The card gives no expiry date."
        case .contradictory: "The card contradicts itself about its account number."
        case .outOfTurn: "The card reader answered a command that was not sent."
        }
    }

    private static func hexadecimal(_ status: UInt16) -> String {
        let digits = String(status, radix: 16, uppercase: true)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
