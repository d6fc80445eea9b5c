// ISO8583: messages between an acquirer and an issuer as values, and their ASCII encoding of 1987 (ISO 8583:1987):
// type, bitmaps, fields by a table. Parses foreign bytes within `MessageLimits`; every refusal names a field and never
// what is in it, and no description shows a value. Pure values; no socket, no clock.

/// Every bound that foreign messages are held to.
public enum MessageLimits {
    /// Longest message. The longest that a payment here needs has fewer than 2,000 bytes; networks carry up to 8 KiB.
    public static let bytes = 8192
    /// Fields that a message can have, 1 being the second bitmap itself.
    public static let fields = 2...128
}

/// Why bytes are no message, or a value fits no field. Safe to log.
public enum MessageError: Error, Equatable, Sendable, CustomStringConvertible {
    case tooLong(bytes: Int, limit: Int)
    /// Fewer than four characters, or a message type that is not in use here.
    case badType
    /// Too short, not hexadecimal, or one that announces a third bitmap.
    case badBitmap
    /// The message has a field that the specification does not, or a value is put where there is no field.
    case unknownField(Int)
    /// The message ends before or within this field.
    case truncated(field: Int)
    /// A length that is no number, or beyond the field's.
    case badLength(field: Int)
    /// A character that the field's class does not have, or a value outside the field's range.
    case badContent(field: Int)
    case trailingBytes(Int)
    /// A field that the message must have.
    case missing(field: Int)

    public var description: String {
        switch self {
        case .tooLong(let bytes, let limit): "the message has \(bytes) bytes, \(limit) are allowed"
        case .badType: "the message type is not known"
        case .badBitmap: "the bitmap is not valid"
        case .unknownField(let field): "there is no field \(field)"
        case .truncated(let field): "the message ends in field \(field)"
        case .badLength(let field): "field \(field) has a wrong length"
        case .badContent(let field): "field \(field) holds what it must not"
        case .trailingBytes(let count): "\(count) bytes after the last field"
        case .missing(let field): "field \(field) is missing"
        }
    }
}
