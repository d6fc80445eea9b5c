/// Why a tag was not read. For the merchant's eyes: nothing of the tag in it, safe to log.
public enum TagFault: Error, Equatable, Hashable, Sendable, CustomStringConvertible {
    /// It has no NDEF application: no Type 4 tag, or a payment card.
    case notTag
    /// It answered a later command with this status (SW1 SW2).
    case refused(status: UInt16)
    /// An answer breaks the specification: cut short, too long, or lengths that do not fit together.
    case malformed
    /// A mapping version other than 2 and 3.
    case unknownVersion(UInt8)
    /// It does not let its message be read freely.
    case locked
    /// It has no message on it.
    case empty
    /// The message is longer than `InvoiceLimits.messageBytes`, or comes in too small pieces.
    case overLimit
    /// A response was given that no command asked for: the driver's mistake.
    case outOfTurn

    public var description: String {
        switch self {
        case .notTag: "This is not an invoice tag."
        case .refused(let status): "The tag refuses to be read (\(Self.hexadecimal(status)))."
        case .malformed: "The tag cannot be read: its content is damaged."
        case .unknownVersion: "The tag is of a kind that cannot be read here."
        case .locked: "The tag is locked."
        case .empty: "The tag is empty."
        case .overLimit: "The tag cannot be read: it holds too much."
        case .outOfTurn: "The card reader answered a command that was not sent."
        }
    }

    private static func hexadecimal(_ status: UInt16) -> String {
        let digits = String(status, radix: 16, uppercase: true)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}

/// What a tag's reading wants next.
public enum TagStep: Equatable, Sendable {
    /// Send this APDU to the tag and give its response to `take`.
    case transmit([UInt8])
    /// The bytes of the NDEF message, for `NDEFMessage`.
    case done([UInt8])
    case failed(TagFault)
}
